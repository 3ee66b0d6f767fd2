// @ts-check
/** Wherever staff are: whoever arrives in the waiting room is shown, said, and heard by those who asked for it. */

import { announce } from "../portal/js/announce.js";
import { follow } from "../portal/js/socket.js";
import { choice, sound } from "./media.js";

const CHIME = [659, 880];

/** @param {HTMLElement} root */
export function mount(root) {
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-words]"));
  /** @type {Set<string> | null} */
  let known = null;
  follow(root.dataset.topic ?? "", 0, {
    items(items) {
      /** @type {{ visit: string, state: string, patient: { name: string } }[]} */
      const waiting = items[items.length - 1].visits.filter((/** @type {any} */ one) => one.state === "waiting");
      const fresh = known ? waiting.filter(({ visit }) => !known?.has(visit)) : [];
      known = new Set(waiting.map(({ visit }) => visit));
      if (!waiting.length) root.hidden = true;
      if (!fresh.length) return;
      words.textContent = fresh.map(({ patient }) => `${patient.name} ${root.dataset.arrived}`).join(". ");
      root.hidden = false;
      announce(words.textContent, "urgent");
      if (choice.get("bell")) void sound(CHIME);
    },
    left() {
      root.hidden = true;
    },
  });
}
