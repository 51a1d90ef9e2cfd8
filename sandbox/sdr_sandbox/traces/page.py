"""The pages: a list of traces, and one as a waterfall. Plain HTML, no scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from pathlib import Path

from sdr_sandbox.traces.model import Span
from sdr_sandbox.traces.store import Summary
from sdr_sandbox.traces.waterfall import Row, rows_of

_KINDS = {
    "server": "atende um pedido",
    "client": "faz um pedido",
    "consumer": "trabalha no que esperava",
    "producer": "deixa trabalho para depois",
    "internal": "passo interno",
}
_COLOURS = 6
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def list_page(traces: list[Summary], conversation: str, *, background: bool) -> str:
    """The newest traces.

    Args:
        traces: What is listed.
        conversation: Of which alone; empty: of all.
        background: Whether those of no conversation are among them.
    """
    rows = "".join(
        f"<tr><td class=number>{_instant(trace.started_ns)}</td>"
        f'<td><a href="/traces/{escape(trace.trace_id)}">{escape(trace.name)}</a>{_failed(trace.failed)}</td>'
        f"<td>{escape(trace.conversation) or '—'}</td><td>{escape(trace.outcome) or '—'}</td>"
        f"<td class=number>{_milliseconds(trace.took_ms)}</td>"
        f"<td class=number>{trace.spans}</td><td class=number>{trace.services}</td></tr>"
        for trace in traces
    )
    heads = ("Início", "O que começou", "Conversa", "Fim do turno", "Duração", "Passos", "Serviços")
    table = (
        '<div class=scroll tabindex=0 role=region aria-label="Rastros"><table>'
        f"<caption>{len(traces)} {'rastro' if len(traces) == 1 else 'rastros'}, os mais novos primeiro</caption>"
        f"<thead><tr>{''.join(f'<th scope=col>{head}</th>' for head in heads)}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    form = (
        '<form action="/traces"><label for=conversation>Conversa no Chatwoot</label> '
        f'<input id=conversation name=conversation inputmode=numeric size=8 value="{escape(conversation)}"> '
        "<button>Filtrar</button></form>"
        + (
            '<p><a href="/traces">Mostrar só conversas</a></p>'
            if background
            else '<p><a href="/traces?background=1">Mostrar também o trabalho de fundo</a></p>'
        )
    )
    empty = "<p>Ainda não há nenhum: mande uma mensagem pelo celular do lead e recarregue a página.</p>"
    return _page(
        "Rastros",
        f"<h1>Rastros</h1><p class=muted>O caminho de cada mensagem pelos serviços.</p>{form}"
        + (table if traces else empty),
    )


def trace_page(spans: list[Span]) -> str:
    """One trace as a waterfall.

    Args:
        spans: Its spans, one at least.
    """
    rows = rows_of(spans)
    services = sorted({span.service for span in spans})
    failed = sum(span.failed for span in spans)
    whole_ms = max(row.after_ms + row.span.took_ms for row in rows)
    conversation = next(
        (span.attributes["sdr.conversation_id"] for span in spans if "sdr.conversation_id" in span.attributes), ""
    )
    about = (
        f' · <a href="/traces?conversation={escape(conversation)}">conversa {escape(conversation)}</a>'
        if conversation
        else ""
    )
    faults = f" · <span class=bad>{failed} com falha</span>" if failed else ""
    body = "".join(_row(row, services.index(row.span.service) % _COLOURS) for row in rows)
    heads = "".join(f"<th scope=col>{head}</th>" for head in ("Passo", "Serviço", "Depois do início", "Duração"))
    return _page(
        f"Rastro {spans[0].trace_id[:8]}",
        f'<p><a href="/traces">← Todos os rastros</a></p><h1>{escape(rows[0].span.name)}</h1>'
        f"<p class=muted>{_instant(spans[0].started_ns)} · {_milliseconds(whole_ms)} · {len(spans)} passos em "
        f"{len(services)} serviços{about}{faults}</p><p class=muted>Rastro <code>{escape(spans[0].trace_id)}</code></p>"
        '<div class=scroll tabindex=0 role=region aria-label="Passos do rastro"><table>'
        "<caption>Cada passo abaixo de quem o começou. Abra um passo para ver os detalhes.</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>",
    )


def missing_page(trace_id: str) -> str:
    """A trace that is not known."""
    return _page(
        "Rastro não encontrado",
        '<p><a href="/traces">← Todos os rastros</a></p><h1>Rastro não encontrado</h1>'
        f"<p>Não há nada de <code>{escape(trace_id[:64])}</code>. Ele pode estar a caminho (até cinco segundos), "
        "não ter sido guardado, ou ser mais velho que os últimos que ficam aqui.</p>",
    )


def _row(row: Row, colour: int) -> str:
    span = row.span
    bar = (
        f'<span class=rail aria-hidden=true><span class=bar style="left:{row.left}%;width:{row.width}%"></span></span>'
    )
    orphan = "<span class=muted> (o passo anterior não foi guardado)</span>" if row.orphan else ""
    return (
        f'<tr id="s{escape(span.span_id)}" style="--c:var(--c{colour})"{" class=failed" if span.failed else ""}>'
        f'<td class=span style="padding-left:{14 + 18 * min(row.depth, 12)}px"><details><summary>{escape(span.name)}'
        f"{_failed(span.failed)}{orphan}</summary>{_details(span)}</details></td>"
        f"<td><span class=dot aria-hidden=true></span>{escape(span.service.removeprefix('sdr-'))}</td>"
        f"<td><span class=time>{_milliseconds(row.after_ms)}{bar}</span></td>"
        f"<td class=number>{_milliseconds(span.took_ms)}</td></tr>"
    )


def _details(span: Span) -> str:
    pairs = [("tipo", escape(_KINDS.get(span.kind, span.kind)))]
    pairs += [(name, escape(value)) for name, value in sorted(span.attributes.items())]
    pairs += [("evento", escape(event)) for event in span.events]
    pairs += [
        ("ligado a", f'<a href="/traces/{escape(link.trace_id)}#s{escape(link.span_id)}">{escape(link.trace_id)}</a>')
        for link in span.links
    ]
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{value}</dd>' for name, value in pairs)}</dl>"


def _failed(failed: bool) -> str:
    return " <span class=bad>✕ falhou</span>" if failed else ""


def _instant(nanoseconds: int) -> str:
    moment = datetime.fromtimestamp(nanoseconds / 1e9, UTC).astimezone()
    return f'<time datetime="{moment.isoformat(timespec="milliseconds")}">{moment:%d/%m/%Y %H:%M:%S}</time>'


def _milliseconds(value: float) -> str:
    """A duration as people here write it."""
    if value >= 1000:
        return f"{value / 1000:.2f} s".replace(".", ",")
    return f"{value:.1f} ms".replace(".", ",")


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="pt-BR"><head><meta charset=utf-8><meta name=viewport content="width=device-width,'
        f'initial-scale=1"><title>{escape(title)} · Chatwoot SDR</title><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
