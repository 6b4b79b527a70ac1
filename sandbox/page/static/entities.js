// A Telegram text with its entities as DOM nodes. Offsets count UTF-16 units, as JavaScript's strings do.

import { el } from './dom.js';
import { clock, t } from './words.js';

const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);
const LONG_QUOTE = { characters: 160, lines: 3 };
const opened = new Set(); // quotes that somebody unfolded, by `place` and offset: redrawing keeps them open

/**
 * Nodes for `text`. `place` tells messages apart; `act.command(text)` is called for a pressed command,
 * `act.copied(text)` for pressed code, `act.jump(chatId, messageId)` for a link to a message.
 */
export function styled(text, entities, place, act) {
  const marks = (entities ?? [])
    .map((entity) => ({ entity, from: entity.offset, to: entity.offset + entity.length }))
    .filter((mark) => mark.from >= 0 && mark.from < mark.to && mark.to <= text.length)
    .sort((one, other) => one.from - other.from || other.to - one.to);
  return nodes(text, 0, text.length, marks, { place, act });
}

/** Nodes for `text[from…to]`; a mark that sticks out of the one around it is cut in two. */
function nodes(text, from, to, marks, context) {
  const made = [];
  const waiting = [...marks];
  let position = from;
  while (waiting.length > 0) {
    const mark = waiting.shift();
    if (mark.from > position) made.push(text.slice(position, mark.from));
    const inner = [];
    const rest = [];
    for (const other of waiting) {
      if (other.from >= mark.to) rest.push(other);
      else if (other.to <= mark.to) inner.push(other);
      else {
        inner.push({ ...other, to: mark.to });
        rest.push({ ...other, from: mark.to });
      }
    }
    rest.sort((one, other) => one.from - other.from || other.to - one.to);
    waiting.splice(0, waiting.length, ...rest);
    made.push(wrapped(mark, text.slice(mark.from, mark.to), nodes(text, mark.from, mark.to, inner, context), context));
    position = mark.to;
    // A block ends its line by itself.
    if (BLOCKS.has(mark.entity.type) && position < to && text[position] === '\n') position += 1;
  }
  if (position < to) made.push(text.slice(position, to));
  return made;
}

function wrapped({ entity, from }, text, children, { place, act }) {
  switch (entity.type) {
    case 'bold':
      return el('strong', {}, ...children);
    case 'italic':
      return el('em', {}, ...children);
    case 'underline':
      return el('u', {}, ...children);
    case 'strikethrough':
      return el('s', {}, ...children);
    case 'spoiler':
      return spoiler(children);
    case 'code':
    case 'pre':
      return el(
        'button',
        { type: 'button', class: `code ${entity.type}`, title: t('copy'), onclick: () => act.copied(text) },
        ...children,
      );
    case 'blockquote':
      return el('blockquote', {}, ...children);
    case 'expandable_blockquote':
      return foldable(text, children, `${place}:${from}`);
    case 'text_link':
      return link(entity.url, children, act);
    case 'url':
      return link(text, children, act);
    case 'date_time':
      return el('time', { title: clock(entity.unix_time * 1000) }, ...children);
    case 'bot_command':
      return el('button', { type: 'button', class: 'command', onclick: () => act.command(text) }, ...children);
    case 'text_mention':
    case 'mention':
    case 'hashtag':
    case 'cashtag':
    case 'email':
    case 'phone_number':
      return el('span', { class: 'mention' }, ...children);
    default:
      return el('span', {}, ...children);
  }
}

function foldable(text, children, name) {
  const inner = el('div', {}, ...children);
  if (text.length < LONG_QUOTE.characters && text.split('\n').length <= LONG_QUOTE.lines) {
    return el('blockquote', {}, inner);
  }
  const quote = el('blockquote', { class: 'foldable' }, inner);
  const toggle = el('button', { type: 'button', 'data-focus': `quote ${name}` });
  const show = () => {
    const open = opened.has(name);
    quote.classList.toggle('open', open);
    toggle.setAttribute('aria-expanded', String(open));
    toggle.textContent = t(open ? 'quote.less' : 'quote.more');
  };
  toggle.addEventListener('click', () => {
    if (!opened.delete(name)) opened.add(name);
    show();
  });
  quote.append(toggle);
  show();
  return quote;
}

function spoiler(children) {
  const hidden = el('button', { type: 'button', class: 'spoiler', 'aria-label': t('spoiler') }, ...children);
  hidden.addEventListener('click', () => hidden.replaceWith(el('span', {}, ...hidden.childNodes)), { once: true });
  return hidden;
}

/** A link to a message of a group turns to it, one to another site opens apart; other schemes stay words. */
export function link(address, children, act) {
  const message = /^https:\/\/t\.me\/c\/(\d+)\/(?:\d+\/)?(\d+)$/.exec(address);
  if (message) {
    const jump = () => act.jump(Number(`-100${message[1]}`), Number(message[2]));
    return el('button', { type: 'button', onclick: jump }, ...children);
  }
  if (!/^https?:\/\//i.test(address)) return el('span', { class: 'mention' }, ...children);
  return el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}
