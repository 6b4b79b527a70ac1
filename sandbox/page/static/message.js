// One Telegram message: its head, what it answers, text, picture or file, and buttons.

import { avatar, el } from './dom.js';
import { link, styled } from './entities.js';
import { clock, t } from './words.js';

/** Whether a message only tells what happened to the chat. */
export const isService = (message) => message.text === undefined && !message.photo && !message.document;

/** The name of whoever wrote it; an anonymous administrator writes as the chat. */
export const author = (message) => message.sender_chat?.title ?? message.from.first_name;

/** The first words, for the bar above the text box and for answers. */
export function excerpt(message) {
  const words = message.text ?? message.caption ?? (message.photo ? t('photo') : message.document?.file_name) ?? '…';
  return words.length > 80 ? `${words.slice(0, 80)}…` : words;
}

/**
 * `mine`: written by whoever looks. `topic`: its name, when messages of several are shown together.
 * `act`: press(message, button), reply(message), command(text), copied(text), jump(chatId, messageId).
 */
export function drawMessage(message, { mine, topic, act }) {
  if (isService(message)) return drawService(message);
  const place = `${message.chat.id}/${message.message_id}`;
  const name = author(message);
  const bubble = el(
    'div',
    { class: 'bubble' },
    el('p', { class: 'head' }, el('strong', {}, name), topic && el('span', { class: 'topic' }, topic)),
    drawAnswered(message),
    drawFile(message),
    el(
      'div',
      { class: 'text', dir: 'auto' },
      ...styled(message.text ?? message.caption ?? '', message.entities ?? message.caption_entities, place, act),
    ),
    el(
      'p',
      { class: 'foot' },
      ...message.reactions.map((reaction) => el('span', { class: 'reaction' }, reaction.emoji ?? '')),
      el(
        'button',
        { type: 'button', class: 'plain', 'data-focus': `reply ${place}`, onclick: () => act.reply(message) },
        t('reply'),
      ),
      message.edits > 0 && el('span', {}, t('edited')),
      el('time', { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date * 1000)),
    ),
  );
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return el(
    'li',
    { class: mine ? 'message mine' : 'message', 'data-id': message.message_id },
    avatar(name),
    el('div', { class: 'body' }, bubble, rows.length > 0 && drawKeyboard(message, rows, act)),
  );
}

function drawService(message) {
  const what = Object.keys(message).find((name) => name.startsWith('forum_topic_') || name === 'pinned_message');
  const name = message[what]?.name;
  return el('li', { class: 'service' }, t(`service.${what ?? 'other'}`, { name }));
}

/** The quoted head of the message answered; a topic's own first message is not an answer to anything. */
function drawAnswered(message) {
  const answered = message.reply_to_message;
  if (answered === undefined || answered.forum_topic_created) return null;
  return el('p', { class: 'answered' }, el('strong', {}, author(answered)), el('span', {}, excerpt(answered)));
}

function drawFile(message) {
  if (message.photo) {
    const largest = message.photo[message.photo.length - 1];
    return el('img', { class: 'photo', src: file(largest), alt: t('photo') });
  }
  if (message.document) {
    const { file_name: name = 'file' } = message.document;
    return el('a', { class: 'document', href: file(message.document), download: name }, `📎 ${name}`);
  }
  return null;
}

const file = ({ file_id: id }) => `/api/telegram/files/${encodeURIComponent(id)}`;

function drawKeyboard(message, rows, act) {
  return el(
    'div',
    { class: 'keyboard' },
    ...rows.map((row) => el('div', {}, ...row.map((button) => drawButton(message, button, act)))),
  );
}

function drawButton(message, button, act) {
  const style = ['success', 'danger', 'primary'].includes(button.style) ? ` ${button.style}` : '';
  const common = { class: `key${style}`, 'data-focus': `key ${message.message_id} ${button.text}` };
  if (button.url) {
    const opens = link(button.url, [button.text], act);
    opens.className = common.class;
    return opens;
  }
  if (button.copy_text) {
    const copy = () => act.copied(button.copy_text.text);
    return el('button', { type: 'button', ...common, onclick: copy }, `${button.text} 📋`);
  }
  if (button.callback_data === undefined) {
    return el('button', { type: 'button', ...common, disabled: true, title: t('button.unsupported') }, button.text);
  }
  const press = (event) => act.press(message, button, event.currentTarget);
  return el('button', { type: 'button', ...common, onclick: press }, button.text);
}
