// @ts-check
/** Keeps the numbers of the queue true, and says when somebody new waits. The list itself never jumps. */

import { announce } from "../portal/js/announce.js";
import { follow } from "../portal/js/socket.js";
import { mount as mountKeys } from "./keys.js";

/** @typedef {{ sequence: number, counts: Record<string, number>, fresh: string[] }} Told */

/** @param {HTMLElement} root */
export function mount(root) {
  mountKeys();
  const fresh = new Set();
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-fresh]"));
  follow(root.dataset.topic ?? "", Number(root.dataset.after), {
    items(/** @type {Told[]} */ items) {
      for (const told of items) {
        for (const [queue, n] of Object.entries(told.counts)) {
          const number = root.querySelector(`[data-count="${queue}"]`);
          if (number) number.textContent = String(n);
        }
        for (const one of told.fresh) if (!root.querySelector(`[data-row] a[href*="${one}"]`)) fresh.add(one);
      }
      if (!fresh.size) return;
      const words = fresh.size === 1 ? root.dataset.one : root.dataset.many?.replace("#", String(fresh.size));
      const link = /** @type {HTMLElement} */ (place.querySelector("a"));
      if (place.hidden || link.textContent !== words) announce(words ?? "");
      link.textContent = words ?? "";
      place.hidden = false;
    },
    left() {},
  });
}
