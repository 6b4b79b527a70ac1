// The page's own words in Russian and English. Content of the chats is never translated.

import { en } from './words.en.js';
import { ru } from './words.ru.js';

const WORDS = { ru, en };
const REMEMBERED = 'instachatico.language';

let language = remembered() ?? (navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en');

/** The words for `key`; `{name}` is replaced by a value. A key without words is shown as it is. */
export function t(key, values = {}) {
  const words = WORDS[language][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The word for a state or step of the product; an unknown one is told in the product's own. */
export function state(name) {
  return WORDS[language][`state.${name}`] ?? name.replaceAll('_', ' ');
}

export const current = () => language;

export function speak(chosen) {
  language = chosen;
  try {
    localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
}

/** Put the words into everything that is marked in the document itself. */
export function label(root) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-t-label]')) {
    node.setAttribute('aria-label', t(node.dataset.tLabel));
  }
  for (const node of root.querySelectorAll('[data-t-placeholder]')) {
    node.placeholder = t(node.dataset.tPlaceholder);
  }
}

/** A moment (ISO text or milliseconds) as a time of today, or with its date. */
export function clock(moment, { seconds = false } = {}) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(language, {
    ...(today ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' } : {}),
  });
}

export const number = (value) => value.toLocaleString(language);

function remembered() {
  try {
    const found = localStorage.getItem(REMEMBERED);
    return found in WORDS ? found : null;
  } catch {
    return null;
  }
}
