// Puts the three parts together: who plays, what language, and where news come from.

import { ask, everySecond, watch } from './api.js';
import { Inside } from './inside.js';
import { Instagram } from './instagram.js';
import { counts, Telegram } from './telegram.js';
import { current, label, speak, t } from './words.js';

const section = (id) => document.getElementById(id);
const views = document.querySelectorAll('nav.views button');

label(document);
const { chat_id: chatId, people } = await ask('config');

const telegram = new Telegram(section('telegram'), document.querySelector('dialog'), { chatId, people });
const inside = new Inside(section('inside'));
const instagram = new Instagram(section('instagram'), {
  choose: (comment) => {
    inside.choose(comment);
    open('inside');
    lookInside();
  },
  failed: (error) => telegram.failed(error),
  changed: () => lookAtInstagram(),
});

const lookAtInstagram = everySecond(async () => {
  try {
    instagram.show(await ask('instagram/state'));
  } catch (error) {
    connected(false);
    throw error;
  }
});
const lookInside = everySecond(() => inside.refresh());

watch({
  opened: async () => {
    await telegram.reload().catch(console.error);
    connected(true);
  },
  changed: (change) => {
    telegram.changed(change);
    if (counts(change)) mark('telegram');
  },
  lost: () => connected(false),
});

for (const button of views) button.addEventListener('click', () => open(button.dataset.view));
for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    speak(button.dataset.language);
    redraw();
  });
}
open('instagram');
redraw();

function redraw() {
  label(document);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === current()));
  }
  const connection = document.getElementById('connection');
  if (connection.dataset.live !== undefined) connected(connection.dataset.live === 'true');
  instagram.draw();
  telegram.draw();
  inside.draw();
}

function connected(live) {
  const connection = document.getElementById('connection');
  connection.dataset.live = String(live);
  connection.textContent = t(live ? 'live' : 'lost');
}

/** Turn to one part; wide pages show all three anyway. */
function open(view) {
  document.body.dataset.view = view;
  for (const button of views) {
    button.setAttribute('aria-pressed', String(button.dataset.view === view));
    if (button.dataset.view === view) delete button.dataset.news;
  }
  if (view === 'telegram') telegram.toEnd();
}

/** Put a dot on the button of a part that is not shown. */
function mark(view) {
  if (document.body.dataset.view === view) return;
  for (const button of views) if (button.dataset.view === view) button.dataset.news = '';
}
