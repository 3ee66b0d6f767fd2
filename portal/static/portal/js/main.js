// @ts-check
/** Starts what the page names: each element with `data-module` is handed to that module's `mount`. */

document.documentElement.classList.add("js");
for (const root of document.querySelectorAll("[data-module]")) {
  const address = new URL(root.getAttribute("data-module") ?? "", location.href);
  if (address.origin === location.origin) import(address.href).then((module) => module.mount(root));
}
