// Builds elements from data; text always goes through text nodes, so nothing that a person wrote can become markup.

/** Create an element: `on…` properties are listeners, `class`/`dataset`/`aria` are handled, children may be text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replace all children of an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

/** Two initials of a name, "?" if it has none. */
export function initials(name) {
  const words = (name || "").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return "?";
  const last = words.length > 1 ? words[words.length - 1][0] : "";
  return (words[0][0] + last).toUpperCase();
}

const hourFormat = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("pt-BR", { day: "2-digit", month: "2-digit", year: "numeric" });

/** HH:mm of Unix seconds. */
export function hour(seconds) {
  return hourFormat.format(new Date(seconds * 1000));
}

/** "Hoje", "Ontem" or dd/mm/aaaa of Unix seconds. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const distance = midnight.getTime() - date.getTime();
  if (distance <= 0) return "Hoje";
  if (distance <= 86_400_000) return "Ontem";
  return dayFormat.format(date);
}

/** HH:mm today, else the day: for lists. */
export function shortTime(seconds) {
  return day(seconds) === "Hoje" ? hour(seconds) : day(seconds);
}

/** A `<time>` with its machine-readable instant. */
export function timeElement(seconds, text) {
  return el("time", { datetime: new Date(seconds * 1000).toISOString() }, text ?? hour(seconds));
}

/** Files of a message as elements. */
export function attachmentElements(message) {
  return (message.attachments || []).map((file) => {
    const address = file.data_url.replace(/^https?:\/\/[^/]+/, "");
    if (file.file_type === "image") return el("img", { class: "attachment", src: address, alt: "Imagem enviada" });
    if (file.file_type === "audio") return el("audio", { class: "attachment", src: address, controls: true });
    if (file.file_type === "video") return el("video", { class: "attachment", src: address, controls: true });
    return el("a", { href: address, download: true }, "Baixar arquivo");
  });
}
