// Puts the three parts together: who plays, what language, and where news come from.

import { ask, everySecond, Refused, watch } from './api.js';
import { Inside } from './inside.js';
import { Instagram } from './instagram.js';
import { counts, Telegram } from './telegram.js';
import { current, label, speak, t } from './words.js';

const section = (id) => document.getElementById(id);
// Whether a neighbour answered the last time; null before the first.
const reachable = new Map([
  ['instagram', null],
  ['telegram', null],
]);
const views = document.querySelectorAll('nav.views button');

label(document);
const { chat_id: chatId, people } = await ask('config');

const telegram = new Telegram(section('telegram'), document.querySelector('dialog'), { chatId, people });
const inside = new Inside(section('inside'));
const instagram = new Instagram(section('instagram'), {
  choose: (comment) => {
    inside.choose(comment);
    open('inside');
    section('inside').scrollIntoView({ block: 'nearest' });
    lookInside();
  },
  failed: (error) => telegram.failed(error),
  changed: () => lookAtInstagram(),
});

const lookAtInstagram = everySecond(async () => {
  try {
    instagram.show(await ask('instagram/state'));
    connected('instagram', true);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    connected('instagram', false);
  }
});
const lookInside = everySecond(() => inside.refresh());

watch({
  opened: async () => {
    await telegram.reload();
    connected('telegram', true);
  },
  changed: (change) => {
    telegram.changed(change);
    if (counts(change)) mark('telegram');
  },
  lost: () => connected('telegram', false),
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
  showConnection();
  instagram.draw();
  telegram.draw();
  inside.draw();
}

function connected(neighbour, live) {
  reachable.set(neighbour, live);
  showConnection();
}

function showConnection() {
  const answers = [...reachable.values()];
  const connection = document.getElementById('connection');
  let words = '';
  if (answers.includes(false)) words = 'lost';
  else if (!answers.includes(null)) words = 'live';
  connection.dataset.live = String(words === 'live');
  const shown = words && t(words);
  if (connection.textContent !== shown) connection.textContent = shown; // read aloud when it changes only
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
