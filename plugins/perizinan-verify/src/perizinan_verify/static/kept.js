/* A part of the page as plain values, for the browser's history, and back again. */

/** Return { name, space, attributes, children } of an element; texts are strings. */
export function freeze(element) {
  return {
    name: element.localName,
    space: element.namespaceURI,
    attributes: [...element.attributes].map(({ name, value }) => [name, value]),
    children: [...element.childNodes]
      .filter((node) => node.nodeType === Node.ELEMENT_NODE || node.nodeType === Node.TEXT_NODE)
      .map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : freeze(node))),
  };
}

/** Make the element again. Nothing is parsed, so that a text stays a text. */
export function thaw(kept) {
  if (typeof kept === "string") return document.createTextNode(kept);
  const element = document.createElementNS(kept.space, kept.name);
  for (const [name, value] of kept.attributes) element.setAttribute(name, value);
  element.append(...kept.children.map(thaw));
  return element;
}
