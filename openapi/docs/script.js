// What the pages gain from a script: search, copy buttons, one language everywhere. All else works without it.
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const contents = document.querySelector("nav details.contents");
  if (matchMedia("(min-width: 900px)").matches) contents.open = true;
  else all("nav a").forEach((link) => link.addEventListener("click", () => (contents.open = false)));

  // An entry stays when a name or the text that it leads to has every word.
  const search = document.querySelector("nav input");
  const entries = all("nav li").map((item) => {
    const target = document.getElementById(decodeURIComponent(item.querySelector("a").hash.slice(1)));
    let text = `${item.textContent} ${(target?.closest("section") ?? target)?.textContent}`;
    // A heading in running text has what follows it, up to the next one.
    let next = target?.matches("h2") && target.nextElementSibling;
    for (; next && !next.matches("h2"); next = next.nextElementSibling) text += next.textContent;
    return { item, text: text.toLowerCase() };
  });
  search.parentElement.hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    entries.forEach(({ item, text }) => (item.hidden = !words.every((word) => text.includes(word))));
    all("nav li").forEach((item) => all("li:not([hidden])", item).length && (item.hidden = false));
    all("nav .group").forEach((group) => {
      group.hidden = !all("li:not([hidden])", group).length;
      if (words.length && group.open === false) group.open = true;
    });
    const count = all("nav li:not([hidden])").length;
    search.nextElementSibling.textContent = words.length ? `${count} found` : "";
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") document.querySelector("nav li:not([hidden]) a")?.click();
    if (event.key === "Escape") (search.value = ""), search.dispatchEvent(new Event("input"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input")) return;
    event.preventDefault();
    contents.open = true;
    search.focus();
  });

  all("main pre").forEach((pre) => {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    if (!pre.parentElement.matches(".frame")) {
      const frame = document.createElement("div");
      frame.className = "frame";
      pre.replaceWith(frame);
      frame.append(pre);
    }
    pre.after(button);
  });

  all(".tabs input").forEach((tab) =>
    tab.addEventListener("change", () =>
      all(`.tabs input[value="${tab.value}"]`).forEach((other) => (other.checked = true)),
    ),
  );
})();
