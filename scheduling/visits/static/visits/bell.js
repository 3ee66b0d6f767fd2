// @ts-check
/**
 * Wherever staff are: whoever is in the waiting room is shown at the edge of the page until they are let in or put off.
 * Each arrival is said once, not on every page anew, and heard by those who asked for it.
 */

import { announce } from "../portal/js/announce.js";
import { follow } from "../portal/js/socket.js";
import { choice, sound } from "./media.js";

const CHIME = [659, 880];
const NOBODY = "00000000-0000-7000-8000-000000000000";

/** @typedef {{ visit: string, state: string, mine: boolean, here: boolean, patient: { name: string } }} Line */

/** @param {HTMLElement} root */
export function mount(root) {
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-words]"));
  const admit = /** @type {HTMLAnchorElement} */ (root.querySelector("[data-admit]"));
  const whom = /** @type {HTMLElement} */ (root.querySelector("[data-whom]"));
  const room = admit.href;
  const here = /** @type {HTMLElement | null} */ (document.querySelector(".visit[data-visit]"))?.dataset.visit;
  const told = kept("bell-told");
  const later = kept("bell-later");
  /** @type {Line[]} */
  let waiting = [];

  /** @param {Line[]} lines */
  const sentence = (lines) => {
    const shape = (lines.length > 1 ? root.dataset.more : root.dataset.one) ?? "";
    // The name keeps its own direction of writing.
    return shape.replace("{name}", `\u2068${lines[0].patient.name}\u2069`).replace("{n}", String(lines.length - 1));
  };

  function show() {
    // What the page itself shows is not said a second time at its edge.
    const shown = waiting.filter(({ visit }) => !later.has(visit) && visit !== here && !document.querySelector(`[data-waits="${visit}"]`));
    const mine = shown.find((line) => line.mine);
    if (shown.length) words.textContent = sentence(mine ? [mine, ...shown.filter((line) => line !== mine)] : shown);
    admit.hidden = !mine;
    if (mine) {
      admit.href = room.replace(NOBODY, mine.visit);
      whom.textContent = ` ${mine.patient.name}`;
      // Of several it has to be seen who comes in; in a visit its own buttons come first.
      whom.classList.toggle("hush", shown.length < 2);
      admit.classList.toggle("main", !here);
    }
    if (!shown.length && root.contains(document.activeElement)) document.getElementById("main")?.focus();
    root.hidden = !shown.length;
  }

  root.querySelector("[data-later]")?.addEventListener("click", () => {
    later.put(waiting.map(({ visit }) => visit));
    show();
  });
  follow(root.dataset.topic ?? "", 0, {
    items(items) {
      waiting = items[items.length - 1].visits.filter((/** @type {Line} */ line) => line.state === "waiting" && line.here);
      const ids = waiting.map(({ visit }) => visit);
      const fresh = waiting.filter(({ visit }) => !told.has(visit) && visit !== here);
      told.put(ids);
      later.put(ids.filter((visit) => later.has(visit)));
      show();
      if (!fresh.length) return;
      announce(sentence(fresh));
      if (choice.get("bell")) void sound(CHIME);
    },
    left() {
      root.hidden = true;
    },
  });
}

/**
 * Ids that this tab remembers from page to page.
 * @param {string} name
 */
function kept(name) {
  /** @type {Set<string>} */
  let ids = new Set();
  try {
    ids = new Set(JSON.parse(sessionStorage.getItem(name) ?? "[]"));
  } catch {
    // Private windows keep nothing: it holds for this page.
  }
  return {
    /** @param {string} id */
    has: (id) => ids.has(id),
    /** @param {string[]} next */
    put(next) {
      ids = new Set(next);
      try {
        sessionStorage.setItem(name, JSON.stringify(next));
      } catch {
        // As above.
      }
    },
  };
}
