// @ts-check
/** Draws the lines of a thread from the page's own templates, by text alone. */

const TITLES = new Set(["dr", "prof", "mr", "mrs", "ms", "mx", "nurse", "sister"]);
const PATIENT_SIDE = new Set(["patient", "proxy"]);

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} list
 */
export function drawer(root, list) {
  const words = root.dataset;
  const roles = JSON.parse(document.getElementById("role-words")?.textContent ?? "{}");
  const pending = /** @type {HTMLElement} */ (root.querySelector("[data-pending]"));
  const clock = format("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const date = format("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
  const named = format(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

  /**
   * @param {string} language
   * @param {Intl.DateTimeFormatOptions} options
   */
  function format(language, options) {
    try {
      return new Intl.DateTimeFormat(language, { ...options, timeZone: words.zone });
    } catch {
      return new Intl.DateTimeFormat(language, options);
    }
  }

  /**
   * @param {string} id
   * @returns {HTMLElement}
   */
  function copy(id) {
    const shape = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
    return /** @type {HTMLElement} */ (document.importNode(shape.content, true).querySelector("*"));
  }

  /**
   * @param {HTMLElement} line
   * @param {string} slot
   * @param {string} text
   */
  function fill(line, slot, text) {
    const place = line.querySelector(`[data-slot="${slot}"]`);
    if (place) place.textContent = text;
  }

  /** @param {Date} at */
  function dayWords(at) {
    const key = date.format(at);
    if (key === date.format(new Date())) return words.today ?? "";
    if (key === date.format(new Date(Date.now() - 86_400_000))) return words.yesterday ?? "";
    return `${part(at, "weekday")} ${written(at, key.slice(0, 4) !== date.format(new Date()).slice(0, 4))}`;
  }

  /**
   * @param {Date} at
   * @param {boolean} withYear
   */
  function written(at, withYear) {
    return `${part(at, "day")} ${part(at, "month")}${withYear ? ` ${part(at, "year")}` : ""}`;
  }

  /**
   * @param {Date} at
   * @param {string} type
   */
  function part(at, type) {
    return named.formatToParts(at).find((one) => one.type === type)?.value ?? "";
  }

  /** @param {Date} at */
  function openDay(at) {
    const days = list.querySelectorAll("[data-day]");
    const key = date.format(at);
    if (days[days.length - 1]?.getAttribute("data-day") === key) return;
    const day = copy("line-day");
    day.dataset.day = key;
    fill(day, "day", dayWords(at));
    fill(day, "date", written(at, true));
    list.append(day);
  }

  /** @param {string} state */
  function become(state) {
    const tag = root.querySelector("[data-state]");
    if (tag && document.getElementById(`state-${state}`)) tag.replaceWith(copy(`state-${state}`));
  }

  /** @param {any} item */
  function append(item) {
    const at = new Date(item.sent_at);
    openDay(at);
    const line = copy(`line-${item.kind}`);
    line.id = `m${item.sequence}`;
    line.dataset.sequence = item.sequence;
    fill(line, "name", item.author.name);
    fill(line, "time", clock.format(at));
    line.querySelector("time")?.setAttribute("datetime", item.sent_at);
    if (item.kind === "message") dress(line, item);
    list.append(line);
    if (item.kind === "message") become(PATIENT_SIDE.has(item.author.role) ? "waiting" : "answered");
    else turned(item.kind);
  }

  /**
   * @param {HTMLElement} line
   * @param {any} item
   */
  function dress(line, item) {
    line.classList.toggle("mine", item.mine);
    fill(line, "face", initials(item.author.name));
    line.querySelector(".face")?.classList.toggle("clinic", !PATIENT_SIDE.has(item.author.role));
    fill(line, "role", roles[item.author.role] ?? item.author.role);
    fill(line, "text", item.text ?? "");
    fill(line, "patient", item.behalf ?? "");
    line.querySelector('[data-slot="behalf"]')?.toggleAttribute("hidden", !item.behalf);
    line.querySelector('[data-slot="you"]')?.toggleAttribute("hidden", !item.mine);
  }

  /**
   * The page's buttons no longer fit the thread's state: say so, and offer the page anew.
   * @param {string} kind
   */
  function turned(kind) {
    become(kind === "closed" ? "closed" : "waiting");
    root.querySelector("[data-composer] [data-send]")?.toggleAttribute("hidden", kind === "closed");
    for (const way of root.querySelectorAll("[data-composer] [data-reopen]")) way.toggleAttribute("hidden", kind !== "closed");
    const again = document.createElement("a");
    again.href = words.page ?? "/";
    again.textContent = words.anew ?? "";
    note((kind === "closed" ? words.closed : words.reopened) ?? "", again);
  }

  /**
   * A sentence above the composer, until the page is left.
   * @param {string} sentence
   * @param {HTMLElement} [link]
   */
  function note(sentence, link) {
    const place = /** @type {HTMLElement} */ (root.querySelector("[data-note]"));
    place.hidden = false;
    place.setAttribute("role", "status");
    place.querySelector("p")?.replaceChildren(sentence, " ", ...(link ? [link] : []));
    place.scrollIntoView({ block: "nearest" });
  }

  return {
    append,
    note,
    /** The last line there is, pending ones included. */
    end: () => pending.lastElementChild ?? list.lastElementChild ?? list,
    /**
     * A line on its way.
     * @param {string} text
     * @param {string} fate
     */
    hold(text, fate) {
      const bubble = copy("line-message");
      bubble.classList.add("mine", "held");
      bubble.removeAttribute("id");
      bubble.querySelector(".by")?.remove();
      fill(bubble, "text", text);
      const tell = (/** @type {string} */ sentence) => {
        fill(bubble, "fate", sentence);
        bubble.querySelector('[data-slot="fate"]')?.removeAttribute("hidden");
        const { top, bottom } = bubble.getBoundingClientRect();
        if (top < innerHeight && bottom > 0) bubble.scrollIntoView({ block: "nearest" });
      };
      pending.append(bubble);
      pending.hidden = false;
      bubble.scrollIntoView({ block: "nearest" });
      tell(fate);
      return { bubble, tell };
    },
    /** Hides the place of lines on their way when none is left. */
    tidy() {
      pending.hidden = pending.childElementCount === 0;
    },
    problem,
  };
}

/** @param {string} name */
function initials(name) {
  const kept = name.split(/\s+/).filter((word) => word && !TITLES.has(word.replace(/\.+$/, "").toLowerCase()));
  const ends = kept.length > 1 ? [kept[0], kept[kept.length - 1]] : kept;
  return ends.map((word) => [...word][0]).join("").toUpperCase();
}

/**
 * What is wrong, beside its field and tied to it; nothing for no words.
 * @param {HTMLElement} field
 * @param {HTMLElement} box
 * @param {string} sentence
 */
function problem(field, box, sentence) {
  field.classList.toggle("wrong", sentence !== "");
  box.toggleAttribute("aria-invalid", false);
  field.querySelector(".error")?.remove();
  box.removeAttribute("aria-describedby");
  if (!sentence) return null;
  const place = document.createElement("p");
  place.className = "error";
  place.id = `${box.id}_error`;
  place.textContent = sentence;
  box.before(place);
  box.setAttribute("aria-invalid", "true");
  box.setAttribute("aria-describedby", place.id);
  return place;
}
