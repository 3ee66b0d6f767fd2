// @ts-check
/** Offers the device's own time zone when it differs from the one in which the page shows times. */

const KEPT = "zone-not-now";

/** @param {HTMLElement} root */
export function mount(root) {
  const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-suggest]"));
  const shown = root.dataset.zone ?? "";
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!form || !here || here === shown || !tellsOtherwise(here, shown)) return;
  if (sessionStorage.getItem(KEPT) === here) return;
  const place = form.querySelector("[data-place]");
  const box = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("zone"));
  if (!place || !box) return;
  box.value = here;
  place.textContent = (here.split("/").pop() ?? here).replaceAll("_", " ");
  form.hidden = false;
  form.addEventListener("submit", () => sessionStorage.setItem(KEPT, here));
}

/**
 * Two names may tell the same time. It is asked of today and of half a year from now.
 * @param {string} one
 * @param {string} other
 */
function tellsOtherwise(one, other) {
  const half = 182 * 86_400_000;
  return [Date.now(), Date.now() + half].some((at) => wall(one, at) !== wall(other, at));
}

/**
 * @param {string} zone
 * @param {number} at
 */
function wall(zone, at) {
  try {
    const shape = /** @type {const} */ ({ dateStyle: "short", timeStyle: "short" });
    return new Intl.DateTimeFormat("en", { ...shape, timeZone: zone }).format(at);
  } catch {
    return "";
  }
}
