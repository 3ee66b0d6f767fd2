// @ts-check
/**
 * A page that says what is so: `data-if="part:call line:live|mending"` shows where every clause holds.
 * Its forms with `data-command` are commands: over the socket where it is there, else the forms that they are.
 */

import { announce } from "../portal/js/announce.js";
import { command, isLive, newId, Refused } from "../portal/js/socket.js";

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

const OWN = new Set(["csrfmiddlewaretoken", "command_id", "back_to"]);

/**
 * @param {HTMLElement} root
 * @param {{ visit: string, isCalling: () => boolean, tell: (sentence: string) => void, before?: (name: string) => void,
 *   failed?: (name: string) => void }} given
 */
export function ordersOf(root, { visit, isCalling, tell, before, failed }) {
  root.addEventListener("submit", async (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const name = form.dataset.command;
    if (!name || (!isLive() && !isCalling())) return;
    event.preventDefault();
    form.closest("dialog")?.close();
    if (form.hasAttribute("data-busy")) return;
    form.setAttribute("data-busy", "");
    before?.(name);
    const id = /** @type {HTMLInputElement} */ (form.elements.namedItem("command_id"));
    try {
      await command(name, { visit: form.dataset.visit ?? visit, ...bodyOf(form) }, id.value);
      tell("");
      done(form, root.dataset.done ?? "");
    } catch (error) {
      failed?.(name);
      tell(error instanceof Refused ? error.message : root.dataset.refused ?? "");
    } finally {
      form.removeAttribute("data-busy");
      id.value = newId();
    }
  });
}

/** @param {HTMLFormElement} form */
function bodyOf(form) {
  /** @type {Record<string, string | boolean>} */
  const body = {};
  for (const field of /** @type {Iterable<HTMLInputElement>} */ (/** @type {unknown} */ (form.elements))) {
    if (!field.name || OWN.has(field.name)) continue;
    if (field.type === "checkbox") body[field.name] = field.checked;
    else if (field.type !== "radio" || field.checked) body[field.name] = field.value.trim();
  }
  if (form.dataset.command === "visits.note" && body.code !== "other" && !body.text) body.text = "";
  return body;
}

/**
 * What was typed for others is gone from the box; what was written down stays and says so.
 * @param {HTMLFormElement} form
 * @param {string} words
 */
function done(form, words) {
  const place = form.querySelector("[data-saved]");
  if (place) place.textContent = words;
  if (form.dataset.command === "visits.note") {
    form.reset();
    announce(words);
  }
}
