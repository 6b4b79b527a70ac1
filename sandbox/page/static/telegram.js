// The right side: the managers' group as a phone shows it, looked at by one of its people.

import { ask } from './api.js';
import { composer, el, keyed } from './dom.js';
import { author, drawMessage, excerpt, isService } from './message.js';
import { current, t } from './words.js';

const MOST_SHOWN = 300; // messages; older ones stay in the stand-in
const NEAR_END = 80; // pixels
const TOAST = 4500; // milliseconds
const ALL = 'all';
const GENERAL = 'general';
const PRIVATE = 'private';

export class Telegram {
  constructor(root, dialog, { chatId, people }) {
    this.root = root;
    this.dialog = dialog;
    this.chatId = chatId;
    this.people = people;
    this.me = people[0];
    this.messages = new Map(); // by `chat/message`
    this.held = null; // changes told while the list is being read
    this.thread = ALL; // or GENERAL, PRIVATE, or the number of a topic
    this.replyTo = null;
    this.isNew = true; // until the messages were read for the first time
    this.act = {
      press: (message, button, key) => this.press(message, button, key),
      reply: (message) => this.answer(message, { focus: true }),
      command: (text) => this.type(`${text} `),
      copied: (text) => this.copy(text),
      jump: (chatId, messageId) => this.jump(chatId, messageId),
    };

    this.scroll = this.find('.scroll');
    this.latest = this.find('.latest');
    this.replying = this.find('.replying');
    this.box = composer(this.find('form'), (text) => this.send(text));
    this.replying.querySelector('button').addEventListener('click', () => this.answer(null));
    this.latest.addEventListener('click', () => this.toEnd());
    this.scroll.addEventListener('scroll', () => {
      if (this.isNearEnd()) this.latest.hidden = true;
    });
    this.draw();
  }

  /** Read everything again; what changes meanwhile is applied afterwards. */
  async reload() {
    this.held = [];
    try {
      const all = await ask('telegram/messages');
      this.messages = new Map(all.map((message) => [place(message), message]));
    } finally {
      const held = this.held ?? [];
      this.held = null;
      held.forEach((change) => this.apply(change));
      this.draw();
    }
    if (this.isNew) this.resume();
    this.isNew = false;
  }

  /** Take in a change of the stream. */
  changed(change) {
    if (this.held !== null) {
      this.held.push(change);
      return;
    }
    this.apply(change);
    this.draw();
    if (change.type === 'message') this.arrived(change.message);
  }

  apply(change) {
    if (change.type === 'delete') {
      this.messages.delete(`${change.chat_id}/${change.message_id}`);
      if (this.replyTo?.message_id === change.message_id) this.answer(null);
    } else if (change.message) {
      this.messages.set(place(change.message), change.message);
      this.chatId = change.message.migrate_to_chat_id ?? this.chatId;
    }
  }

  /** A message with ForceReply opens the reply bar of whomever it is meant for. */
  arrived(message) {
    if (!this.isVisible(message)) return;
    if (message.force_reply && this.isFor(message)) {
      const typing = document.activeElement?.matches('input, textarea') && document.activeElement !== this.box;
      this.answer(message, { focus: !typing });
    }
    if (message.from.id === this.me.id) this.toEnd();
  }

  /** Open the reply bar again for what is still waiting for an answer. */
  resume() {
    const visible = [...this.messages.values()].filter((message) => this.isVisible(message));
    const answered = new Set(visible.map((message) => message.reply_to_message?.message_id));
    const waiting = visible.filter((one) => one.force_reply && this.isFor(one) && !answered.has(one.message_id));
    if (waiting.length > 0) this.answer(waiting.at(-1));
  }

  isFor(message) {
    if (!message.force_reply.selective) return true;
    const mentioned = (message.entities ?? []).some((entity) => entity.user?.id === this.me.id);
    return mentioned || message.reply_to_message?.from.id === this.me.id;
  }

  isVisible(message) {
    if (this.thread === PRIVATE) return message.chat.id === this.me.id;
    if (message.chat.id !== this.chatId) return false;
    if (this.thread === ALL) return true;
    return this.thread === (message.is_topic_message ? message.message_thread_id : GENERAL);
  }

  draw() {
    const salt = `${current()} ${this.thread} ${this.me.id} `;
    const topics = this.topics();
    this.drawPeople();
    this.drawThreads(topics);
    const wasNearEnd = this.isNearEnd();
    const shown = [...this.messages.values()].filter((message) => this.isVisible(message)).slice(-MOST_SHOWN);
    const list = this.find('.messages');
    const before = list.lastElementChild?.dataset.key;
    const draw = (message) =>
      drawMessage(message, {
        mine: message.from.id === this.me.id && !message.sender_chat,
        topic: this.thread === ALL && message.is_topic_message ? topics.get(message.message_thread_id) : null,
        act: this.act,
      });
    keyed(list, shown, place, draw, salt);
    this.find('.empty').hidden = shown.length > 0;
    if (wasNearEnd) this.toEnd();
    else if (list.lastElementChild?.dataset.key !== before) this.latest.hidden = false;
    this.drawReplying();
  }

  /** Names of the group's topics by number, in the order in which they were made. */
  topics() {
    const topics = new Map();
    for (const message of this.messages.values()) {
      if (message.chat.id !== this.chatId) continue;
      const name = (message.forum_topic_created ?? message.forum_topic_edited)?.name;
      if (name) topics.set(message.message_thread_id, name);
    }
    return topics;
  }

  drawPeople() {
    const draw = (person) => {
      const choose = () => this.become(person);
      const radio = { type: 'radio', name: 'presser', value: person.id, 'data-focus': person.id, onchange: choose };
      const input = el('input', radio);
      input.checked = person.id === this.me.id;
      return el('label', {}, input, el('span', {}, person.name, el('small', {}, t(`role.${person.role}`))));
    };
    keyed(this.find('.pressers div'), this.people, (person) => person.id, draw, current());
  }

  drawThreads(topics) {
    const group = [...this.messages.values()].find((message) => message.chat.id === this.chatId);
    this.find('.chat-title').textContent =
      this.thread === PRIVATE ? t('topic.private') : (group?.chat.title ?? t('group'));
    const threads = [[ALL, t('topic.all')]];
    if (topics.size > 0) threads.push([GENERAL, t('topic.general')], ...topics);
    threads.push([PRIVATE, t('topic.private')]);
    const draw = ([thread, name]) =>
      el(
        'button',
        {
          type: 'button',
          'data-focus': thread,
          'aria-pressed': String(thread === this.thread),
          onclick: () => this.turnTo(thread),
        },
        name,
      );
    keyed(this.find('.threads'), threads, ([thread]) => thread, draw, String(this.thread));
  }

  turnTo(thread) {
    this.thread = thread;
    this.answer(null);
    this.draw();
    this.toEnd();
  }

  become(person) {
    this.me = person;
    this.answer(null);
    this.draw();
    this.resume();
  }

  /** Answer a message, or with null just write. */
  answer(message, { focus = false } = {}) {
    this.replyTo = message;
    this.drawReplying();
    if (focus) this.box.focus();
  }

  drawReplying() {
    const message = this.replyTo;
    const wasNearEnd = this.isNearEnd();
    this.replying.hidden = message === null;
    if (message !== null) {
      this.replying.querySelector('span').textContent = `${author(message)}: ${excerpt(message)}`;
    }
    this.box.placeholder = message?.force_reply?.input_field_placeholder ?? t('message.text');
    if (wasNearEnd) this.toEnd(); // the bar takes its height from the messages
  }

  async send(text) {
    const body = { user_id: this.me.id, text };
    if (this.thread === PRIVATE) body.chat_id = this.me.id;
    else body.chat_id = this.chatId;
    if (typeof this.thread === 'number') body.thread_id = this.thread;
    if (this.replyTo !== null) body.reply_to = this.replyTo.message_id;
    try {
      await ask('telegram/send', body);
    } catch (error) {
      this.failed(error);
      return false;
    }
    this.answer(null);
    return true;
  }

  async press(message, button, key) {
    if (key.getAttribute('aria-busy')) return;
    key.setAttribute('aria-busy', 'true');
    const body = { user_id: this.me.id, message_id: message.message_id, data: button.callback_data };
    try {
      const answer = await ask('telegram/press', { ...body, chat_id: message.chat.id });
      if (answer.text) this.tell(answer.text, answer.alert);
    } catch (error) {
      this.failed(error);
    } finally {
      key.removeAttribute('aria-busy');
    }
  }

  failed(error) {
    this.tell(t('unreachable', { says: error.message }));
  }

  /** A toast, or with `alert` a window that waits for OK. */
  tell(text, alert = false) {
    if (alert) {
      this.dialog.querySelector('p').textContent = text;
      if (!this.dialog.open) this.dialog.showModal();
      return;
    }
    const toast = this.find('.toast');
    toast.textContent = text;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (toast.textContent = ''), TOAST);
  }

  type(text) {
    this.box.value = text;
    this.box.focus();
  }

  /** Show a message of the group, as a link to it does. */
  jump(chatId, messageId) {
    if (!this.messages.has(`${chatId}/${messageId}`)) return;
    const find = () => this.find(`.message[data-id="${messageId}"]`);
    if (find() === null) this.turnTo(ALL);
    const node = find();
    node?.scrollIntoView({ block: 'center' });
    node?.animate({ opacity: [0.3, 1] }, 900);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(t('copied'));
    } catch {
      this.type(text); // without the right to the clipboard the text is put where it would be pasted
    }
  }

  isNearEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END;
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.latest.hidden = true;
  }

  find(selector) {
    return this.root.querySelector(selector);
  }
}

const place = (message) => `${message.chat.id}/${message.message_id}`;

/** How many of the messages are news worth a mark on the narrow page's tab. */
export const counts = (change) => change.type === 'message' && !isService(change.message);
