// @ts-check
/** A page that says what is so: `data-if="part:call line:live|mending"` shows where every clause holds. */

import { announce } from "../portal/js/announce.js";

/**
 * @param {ParentNode} root
 * @param {Record<string, string>} facts as the page was written
 */
export function factsOf(root, facts) {
  const now = { ...facts };
  const places = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-if]")]).map((place) => ({
    place,
    clauses: (place.dataset.if ?? "").split(" ").map((clause) => {
      const [name, values] = clause.split(":");
      return { name, values: values.split("|") };
    }),
  }));
  let first = true;

  /** Each place shows or hides; what newly stands there and asks for it is said aloud. */
  const apply = () => {
    for (const { place, clauses } of places) {
      const hidden = !clauses.every(({ name, values }) => values.includes(now[name] ?? ""));
      if (place.hidden === hidden) continue;
      place.hidden = hidden;
      const said = !hidden && !first && !place.closest("[hidden]") ? spoken(place) : "";
      if (said) announce(said);
    }
    first = false;
  };

  return {
    now,
    /** @param {Record<string, string>} changed */
    set(changed) {
      if (Object.entries(changed).every(([name, value]) => now[name] === value) && !first) return;
      Object.assign(now, changed);
      apply();
    },
  };
}

/** @param {HTMLElement} place */
function spoken(place) {
  const speaks = "say" in place.dataset ? place : [.../** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-say]"))]
    .find((inner) => !inner.closest("[hidden]"));
  return (speaks?.innerText ?? "").replace(/\s+/g, " ").trim();
}
