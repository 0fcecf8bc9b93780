// The few DOM helpers the demo needs; text always goes in as text, never as markup.

/** h("button", { type: "button", onclick: f, "aria-label": "x" }, "text", node) */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'class') element.className = value;
    else if (key in element && !key.includes('-') && key !== 'list') element[key] = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets text only when it differs, so that live regions do not repeat themselves. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Plays the animation of a class again, also while it is still playing. */
export function restart(element, name) {
  element.classList.remove(name);
  // Reading a layout property makes the removal count.
  void element.offsetWidth;
  element.classList.add(name);
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

export function formatTime(ms) {
  return clock.format(new Date(ms));
}

export function formatMs(ms) {
  if (ms === undefined || Number.isNaN(ms)) return '–';
  if (ms < 1) return '< 1 ms';
  return ms < 10 && !Number.isInteger(ms) ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** A payload as one short line; what JSON cannot say is named by its type. */
export function summarise(value, limit = 120) {
  if (value === undefined) return '';
  let text;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
