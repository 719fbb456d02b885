/** Making elements in one expression. No framework: every view keeps the nodes that it changes. */

export type Child = Node | string | number | null | undefined | false;
type Value = string | number | boolean | undefined | ((event: Event) => void);
export type Attributes = Readonly<Record<string, Value>>;

/** An HTML element; an attribute that is a function listens to the event of its name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...visible(children));
  return element;
}

/** Sets, removes (`false`, `undefined`) or listens (a function). */
export function setAttribute(element: Element, name: string, value: Value): void {
  if (typeof value === 'function') element.addEventListener(name, value);
  else if (value === false || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** Replaces all children of `element`. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...visible(children));
}

function visible(children: Child[]): (Node | string)[] {
  const kept: (Node | string)[] = [];
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    kept.push(typeof child === 'number' ? String(child) : child);
  }
  return kept;
}

/** Custom properties are set by script, since the content security policy forbids style attributes. */
export function setVariable(element: HTMLElement | SVGElement, name: string, value: string): void {
  element.style.setProperty(name, value);
}

/** Colours a slider's track up to its thumb. */
export function fillTrack(slider: HTMLInputElement): void {
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const share = high > low ? (Number(slider.value) - low) / (high - low) : 0;
  setVariable(slider, '--share', String(share));
}

/** Whether the reader asked the system for less motion. */
export function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
