// @ts-check
/** Says things to those who listen to the page instead of looking at it. */

/** The urgent one comes with its first words: an alert is spoken when it appears. @type {Record<string, HTMLElement | undefined>} */
const regions = { polite: region("status", "polite") };

/**
 * @param {string} role
 * @param {string} live
 */
function region(role, live) {
  const place = document.createElement("div");
  place.className = "hush";
  place.setAttribute("role", role);
  place.setAttribute("aria-live", live);
  document.body.append(place);
  return place;
}

/**
 * The words are spoken once, also when the same words were spoken before.
 * @param {string} words
 * @param {"polite" | "urgent"} [tone]
 */
export function announce(words, tone = "polite") {
  const place = (regions[tone] ??= region("alert", "assertive"));
  place.textContent = "";
  setTimeout(() => {
    place.textContent = words;
  }, 80);
}
