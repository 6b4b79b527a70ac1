// Below: the product's own account of what it does, read from its internal port.

import { ask } from './api.js';
import { el, keyed } from './dom.js';
import { clock, current, number, state, t } from './words.js';

const TOLD_APART = new Set(['at', 'what', 'id', 'from', 'to', 'action', 'by', 'purpose']);

export class Inside {
  constructor(root) {
    this.overviewRoot = root.querySelector('.overview');
    this.timelineRoot = root.querySelector('.timeline');
    this.overview = null;
    this.timeline = null;
    this.comment = null; // the chosen one, as Instagram shows it
    this.draw();
  }

  /** Read the overview, and the timeline of the chosen comment. */
  async refresh() {
    this.overview = await attempt('product/overview');
    const comment = this.comment;
    if (comment !== null) {
      const found = await attempt(`product/comments/${comment.id}/timeline`);
      if (comment === this.comment) this.timeline = found;
    }
    this.draw();
  }

  choose(comment) {
    this.comment = comment;
    this.timeline = null;
    this.draw();
  }

  draw() {
    keyed(this.overviewRoot, [this.overview], () => 'overview', drawOverview, current());
    const shown = { comment: this.comment, timeline: this.timeline };
    keyed(this.timelineRoot, [shown], () => 'timeline', drawTimeline, current());
  }
}

/** The answer, or what was wrong: this part of the page shows it instead of failing. */
async function attempt(path) {
  try {
    return await ask(path);
  } catch (error) {
    return { refused: error.status, says: error.message };
  }
}

function drawOverview(overview) {
  if (overview === null) return el('div');
  if (overview.refused !== undefined) {
    return el('p', { class: 'empty' }, t('unreachable', { says: overview.says }));
  }
  const tables = Object.entries(overview.states ?? {});
  const queue = Object.entries(overview.queue ?? {});
  const alerts = overview.alerts ?? [];
  return el(
    'div',
    { class: 'tiles' },
    ...tables.map(([table, states]) => tile(t(`table.${table}`), Object.entries(states).map(counted))),
    tile(
      t('queue'),
      queue.map(([step, { jobs, oldest_seconds: age }]) => ({
        name: step,
        value: number(jobs),
        note: t('queue.age', { seconds: number(Math.round(age)) }),
      })),
      t('queue.empty'),
    ),
    tile(
      t('alerts'),
      alerts.map(({ kind, count, severity }) => ({ name: kind, value: `×${number(count)}`, tone: severity })),
      t('alerts.none'),
    ),
  );
}

const counted = ([name, count]) => ({ name: state(name), value: number(count), tone: name });

function tile(title, rows, empty = '—') {
  return el(
    'section',
    { class: 'tile' },
    el('h3', {}, title),
    rows.length === 0
      ? el('p', { class: 'quiet' }, empty)
      : el('dl', {}, ...rows.flatMap(({ name, value, note, tone }) => [
          el('dt', { class: `tone-${tone}` }, name, note && el('small', {}, ` ${note}`)),
          el('dd', {}, value),
        ])),
  );
}

function drawTimeline({ comment, timeline }) {
  if (comment === null) return el('p', { class: 'empty' }, t('timeline.choose'));
  const steps = timeline?.steps ?? [];
  const begun = steps.length > 0 ? Date.parse(steps[0].at) : 0;
  return el(
    'div',
    {},
    el('h3', {}, `${t('timeline.of')} @${comment.username}`, timeline?.state && el('span', { class: 'badge' }, state(timeline.state))),
    el('p', { class: 'quoted', dir: 'auto' }, comment.text),
    timeline?.refused !== undefined && el('p', { class: 'empty' }, refusal(timeline)),
    el('ol', { class: 'steps' }, ...steps.map((step) => drawStep(step, begun))),
  );
}

const refusal = ({ refused, says }) => (refused === 404 ? t('timeline.unknown') : t('unreachable', { says }));

function drawStep(step, begun) {
  const later = (Date.parse(step.at) - begun) / 1000;
  const others = Object.entries(step).filter(([name, value]) => !TOLD_APART.has(name) && value !== null);
  return el(
    'li',
    { class: `what-${step.what}` },
    el('time', { datetime: step.at, title: clock(step.at, { seconds: true }) }, `+${later.toFixed(2)} s`),
    el('strong', {}, t(`what.${step.what}`)),
    el('span', {}, headline(step)),
    others.length > 0 && el('small', {}, others.map(detail).join(' · ')),
  );
}

function detail([name, value]) {
  if (name === 'ms') return `${number(value)} ms`;
  if (name === 'draft_version') return `v${value}`;
  return typeof value === 'number' ? `${name} ${number(value)}` : String(value);
}

/** What changed, who decided, or what the model was asked for. */
function headline(step) {
  if (step.action) return [state(step.action), step.by].filter(Boolean).join(' — ');
  if (step.purpose) return state(step.purpose);
  return [step.from, step.to].filter(Boolean).map(state).join(' → ');
}
