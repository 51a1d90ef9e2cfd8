// A small, safe subset of Markdown as the bridge and Chatwoot show it: `**bold**`, `*italic*`, strike, code, links, bullets.
import { el } from "./dom.js";

const INLINE =
  /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\*[^*\n]+\*)|(~~[^~\n]+~~)|(?<![\w/])(_[^_\n]+_)(?!\w)|(\[[^\]\n]+\]\(https?:\/\/[^\s)]+\))|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g;

function link(address, text) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}

function inline(text, single) {
  const parts = [];
  let position = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > position) parts.push(text.slice(position, match.index));
    const [whole, code, strong, star, strike, italic, named] = match;
    if (code) parts.push(el("code", {}, code.slice(1, -1)));
    else if (strong) parts.push(el("strong", {}, strong.slice(2, -2)));
    else if (star) parts.push(el(single, {}, star.slice(1, -1)));
    else if (strike) parts.push(el("s", {}, strike.slice(2, -2)));
    else if (italic) parts.push(el("em", {}, italic.slice(1, -1)));
    else if (named) parts.push(link(named.slice(named.indexOf("](") + 2, -1), named.slice(1, named.indexOf("]("))));
    else parts.push(link(whole, whole));
    position = match.index + whole.length;
  }
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

/** A `div` with the text's paragraphs, headings and lists; `single` is the element of `*text*` (WhatsApp: strong). */
export function richText(text, single = "em") {
  const root = el("div", { class: "rich" });
  let list = null;
  let paragraph = null;
  for (const line of (text || "").split("\n")) {
    const bullet = line.match(/^\s*[-*•]\s+(.*)$/);
    const heading = line.match(/^#{1,4}\s+(.*)$/);
    if (bullet) {
      if (!list) root.append((list = el("ul")));
      list.append(el("li", {}, inline(bullet[1], single)));
      paragraph = null;
    } else if (!line.trim()) {
      list = paragraph = null;
    } else if (heading) {
      root.append(el("p", {}, el("strong", {}, inline(heading[1], single))));
      list = paragraph = null;
    } else {
      list = null;
      if (paragraph) paragraph.append(el("br"));
      else root.append((paragraph = el("p")));
      paragraph.append(...inline(line, single));
    }
  }
  return root;
}
