// @ts-check
/** Draws internal notes and changes of owner beside the messages, from the page's own templates. */

import { announce } from "../portal/js/announce.js";
import { follow } from "../portal/js/socket.js";

/** @typedef {{ sequence: number, kind: string, author: { name: string }, whom: string | null, team: string | null, text: string | null, mine: boolean, sent_at: string }} Aside */

/** @param {HTMLElement} root */
export function mount(root) {
  const words = root.dataset;
  const list = /** @type {HTMLElement} */ (document.querySelector("#messages"));
  const zone = /** @type {HTMLElement | null} */ (root.closest("[data-zone]"))?.dataset.zone;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });

  /** @param {Aside} item */
  function draw(item) {
    const shape = /** @type {HTMLTemplateElement} */ (document.getElementById(`aside-${item.kind}`));
    const line = /** @type {HTMLElement} */ (document.importNode(shape.content, true).querySelector("li"));
    line.id = `n${item.sequence}`;
    line.classList.toggle("mine", item.mine && item.kind === "note");
    const slots = { name: item.author.name, whom: item.whom, team: item.team, text: item.text, time: clock.format(new Date(item.sent_at)) };
    for (const [slot, text] of Object.entries(slots)) {
      const place = line.querySelector(`[data-slot="${slot}"]`);
      if (place) place.textContent = text ?? "";
    }
    line.querySelector("time")?.setAttribute("datetime", item.sent_at);
    line.querySelector('[data-slot="asks"]')?.toggleAttribute("hidden", !item.whom);
    line.querySelector('[data-slot="face"]')?.replaceChildren(initials(item.author.name));
    list.insertBefore(line, after(item.sent_at));
  }

  /**
   * The line before which something of this time stands.
   * @param {string} at
   */
  function after(at) {
    const lines = [...list.querySelectorAll("li:has(time)")].reverse();
    const earlier = lines.find((line) => new Date(line.querySelector("time")?.dateTime ?? 0) <= new Date(at));
    return earlier ? earlier.nextElementSibling : null;
  }

  function turned() {
    const owner = document.querySelector("[data-owner]");
    owner?.remove();
    const link = document.createElement("a");
    link.href = words.page ?? "/";
    link.textContent = words.anew ?? "";
    const note = document.createElement("p");
    note.setAttribute("role", "status");
    note.append(`${words.turned} `, link);
    root.querySelector("[role=status]")?.remove();
    root.prepend(note);
  }

  follow(words.topic ?? "", Number(words.after), {
    items(/** @type {Aside[]} */ items) {
      for (const item of items) {
        if (document.getElementById(`n${item.sequence}`)) continue;
        draw(item);
        if (item.kind !== "note") turned();
        else if (!item.mine) announce(`${words.noted} ${item.author.name}`);
      }
    },
    left() {},
  });
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter((word) => word && !/^(dr|prof|mr|mrs|ms|mx|nurse|sister)\.?$/i.test(word));
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0]).join("").toUpperCase();
}
