// Making and updating elements. Content is always text nodes; there is no markup in strings anywhere.

/** `el('p', {class: 'quiet', onclick: f}, 'text', node)`: attributes that are null or false are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const drawn = new WeakMap(); // node → what it was drawn from

/**
 * Make the children of `container` show `items`: only what changed is drawn anew, by `draw(item)`, and
 * the focus stays on the element with the same `data-focus`, or near it. `salt` is what else the drawing depends on.
 */
export function keyed(container, items, key, draw, salt = '') {
  const wanted = new Set(items.map((item) => String(key(item))));
  const before = new Map();
  for (const node of [...container.children]) {
    if (wanted.has(node.dataset.key)) before.set(node.dataset.key, node);
    else node.remove();
  }
  let place = container.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const from = salt + JSON.stringify(item);
    let node = before.get(name);
    if (node === undefined || drawn.get(node) !== from) {
      const next = draw(item);
      next.dataset.key = name;
      drawn.set(next, from);
      if (node !== undefined) {
        if (place === node) place = next;
        replace(node, next);
      }
      node = next;
    }
    if (node === place) place = place.nextElementSibling;
    else container.insertBefore(node, place);
  }
}

function replace(node, next) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  node.replaceWith(next);
  if (focused !== undefined) {
    const same = next.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    (same ?? next.querySelector('[data-focus]'))?.focus({ preventScroll: true });
  }
}

/** A form whose text is sent by Enter; Shift+Enter is a new line. `submit` resolves to true when it went. */
export function composer(form, submit) {
  const box = form.querySelector('textarea');
  let sending = false;
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text || sending) return;
    sending = true;
    form.setAttribute('aria-busy', 'true');
    const went = await submit(text);
    sending = false;
    form.removeAttribute('aria-busy');
    if (went && box.value.trim() === text) box.value = '';
  });
  return box;
}

/** The first letter of a name in a circle, always in the same of six colours. */
export function avatar(name) {
  const colour = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  const letter = [...name.replace(/^[^\p{L}\p{N}]+/u, '')][0] ?? '?';
  return el('span', { class: `avatar colour-${colour}`, 'aria-hidden': 'true' }, letter.toUpperCase());
}
