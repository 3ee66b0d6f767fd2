// @ts-check
/** Keys for those who sit here all day. Each stands on something that can be pressed as well: `data-key`. */

const OFF = "keys-off";

/** The keys work, unless they were switched off on this device. They never fire while somebody types. */
export function mount() {
  const list = /** @type {HTMLDialogElement | null} */ (document.querySelector("[data-keys-list]"));
  const on = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-keys-on]"));
  const way = document.querySelector("[data-keys-open]");
  if (on) {
    on.checked = localStorage.getItem(OFF) === null;
    on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  }
  way?.toggleAttribute("hidden", false);
  way?.addEventListener("click", () => list?.showModal());
  // Where nothing had the focus before, a closed list holds it until the page is drawn again.
  list?.addEventListener("close", () => {
    if (list.contains(document.activeElement)) /** @type {HTMLElement} */ (document.activeElement).blur();
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || list?.open) return;
    if (on && !on.checked) return;
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.closest?.("input, textarea, select, [contenteditable]") && !list?.contains(at)) return;
    const done = event.key === "?" ? show(list) : event.key === "j" ? step(1) : event.key === "k" ? step(-1) : press(event.key);
    if (done) event.preventDefault();
  });
}

/** @param {HTMLDialogElement | null} list */
function show(list) {
  list?.showModal();
  return list !== null;
}

/**
 * What stands on this key in the row that has the focus, else on the page.
 * @param {string} key
 */
function press(key) {
  if (key.length !== 1 || key === '"' || key === "\\") return false;
  const row = document.activeElement?.closest("[data-row]");
  const inRow = row?.querySelector(`[data-key="${key}"]`);
  const onPage = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => !one.closest("[data-row]"));
  const found = /** @type {HTMLElement | undefined} */ (inRow ?? onPage);
  if (!found) return false;
  const folded = found.closest("details");
  if (folded) folded.open = true;
  if (found.matches("input, textarea, select")) found.focus();
  else found.click();
  return true;
}

/**
 * To the next row, or the one before.
 * @param {number} by
 */
function step(by) {
  const rows = [...document.querySelectorAll("[data-row] a")];
  if (!rows.length) return false;
  const at = rows.findIndex((one) => one.closest("[data-row]") === document.activeElement?.closest("[data-row]"));
  const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
  /** @type {HTMLElement} */ (rows[next]).focus();
  return true;
}
