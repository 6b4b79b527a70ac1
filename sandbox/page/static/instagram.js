// The left side: the business's profile as its customers see it.

import { ask } from './api.js';
import { avatar, composer, el, keyed } from './dom.js';
import { clock, current, number, t } from './words.js';

const CUSTOMERS = ['anna_k', 'marat.t', 'olya_smirnova', 'john_miles', 'aigerim.kz', 'grumpy_cat_1987'];

/** `choose(comment)` is called when somebody wants to look inside; `failed(error)` shows what went wrong. */
export class Instagram {
  constructor(root, { choose, failed, changed }) {
    this.root = root;
    this.choose = choose;
    this.failed = failed;
    this.changed = changed; // asks for the state at once
    this.state = null;
    this.postId = null;
    this.parent = null; // the comment that is being answered
    this.chosenId = null;

    const form = root.querySelector('form');
    this.replying = form.querySelector('.replying');
    this.customer = form.querySelector('select');
    this.otherName = form.querySelector('input');
    this.box = composer(form, (text) => this.publish(text));
    this.customer.addEventListener('change', () => this.nameOther());
    this.replying.querySelector('button').addEventListener('click', () => this.answer(null));
  }

  show(state) {
    this.state = state;
    this.postId ??= state.posts[0]?.id ?? null;
    this.draw();
  }

  draw() {
    if (this.state === null) return;
    const { profile, posts } = this.state;
    const salt = `${current()} ${this.postId} ${this.chosenId} `;
    keyed(this.find('.profile'), [profile], () => 'profile', drawProfile);
    keyed(this.find('.posts'), posts.map(thumbnail), (post) => post.id, (post) => this.drawThumbnail(post), salt);
    const post = posts.find((one) => one.id === this.postId);
    keyed(this.find('figure'), post ? [withoutComments(post)] : [], (one) => one.id, drawPost, current());
    const comments = post?.comments ?? [];
    this.find('.empty').hidden = comments.length > 0;
    keyed(this.find('.comments'), comments, (one) => one.id, (one) => this.drawComment(one, one), salt);
    this.drawCustomers(profile.username);
    this.drawReplying();
  }

  drawThumbnail(post) {
    const open = () => {
      this.postId = post.id;
      this.answer(null);
      this.draw();
      this.find('.reading').scrollTop = 0;
    };
    const named = [t(`kind.${post.kind}`), post.caption.split('\n')[0], t('comments.count', { count: post.count })];
    const label = (post.kind === 'FEED' ? named.slice(1) : named).join(' · ');
    return el(
      'button',
      {
        type: 'button',
        title: label,
        'aria-label': label,
        'aria-pressed': String(post.id === this.postId),
        'data-focus': post.id,
        onclick: open,
      },
      el('img', { src: picture(post), alt: '' }),
      post.kind !== 'FEED' && el('span', { class: 'kind' }, t(`kind.${post.kind}`)),
      post.count > 0 && el('span', { class: 'count' }, number(post.count)),
    );
  }

  drawComment(comment, top) {
    const name = comment.username;
    const chosen = comment.id === this.chosenId;
    const classes = ['comment', comment.own && 'own', comment.hidden && 'hidden', chosen && 'chosen'];
    return el(
      'li',
      { class: classes.filter(Boolean).join(' '), 'data-id': comment.id },
      avatar(name),
      el(
        'div',
        { class: 'said' },
        el('strong', {}, name),
        comment.own && el('span', { class: 'badge' }, t('business')),
        comment.hidden && el('span', { class: 'badge grey' }, t('hidden')),
        el('p', { dir: 'auto' }, comment.text),
        comment.private_reply !== null &&
          el('p', { class: 'private', dir: 'auto' }, el('b', {}, `✉ ${t('private.reply')}: `), comment.private_reply),
        el(
          'div',
          { class: 'meta' },
          el('time', { datetime: comment.at }, clock(comment.at)),
          this.link('reply', comment, () => this.answer({ id: top.id, name })),
          !comment.own && this.link('what.happened', comment, () => this.pick(comment)),
        ),
      ),
      comment.replies?.length > 0 &&
        el('ol', { class: 'replies' }, ...comment.replies.map((reply) => this.drawComment(reply, top))),
    );
  }

  link(key, comment, act) {
    const focus = `${key} ${comment.id}`;
    return el('button', { type: 'button', class: 'plain', 'data-focus': focus, onclick: act }, t(key));
  }

  pick(comment) {
    this.chosenId = comment.id;
    this.draw();
    this.choose(comment);
  }

  /** Answer a comment of a thread, or with null write a new one. */
  answer(parent) {
    if (this.parent !== null && this.box.value.trim() === `@${this.parent.name}`) this.box.value = '';
    this.parent = parent;
    if (parent !== null) {
      if (!this.box.value.trim()) this.box.value = `@${parent.name} `;
      this.box.focus();
    }
    this.drawReplying();
  }

  drawReplying() {
    this.replying.hidden = this.parent === null;
    this.replying.querySelector('span').textContent = t('replying', { name: `@${this.parent?.name}` });
  }

  drawCustomers(own) {
    const options = [
      ...CUSTOMERS.map((name) => ({ name, label: `@${name}` })),
      { name: own, label: `@${own} (${t('business')})` },
      { name: '', label: t('someone.else') },
    ];
    const draw = ({ name, label }) => el('option', { value: name }, label);
    const chosen = this.customer.selectedIndex;
    keyed(this.customer, options, (one) => `as ${one.name}`, draw);
    if (chosen >= 0) this.customer.selectedIndex = chosen;
  }

  nameOther() {
    const other = this.customer.value === '';
    this.otherName.hidden = !other;
    this.otherName.required = other;
    if (other) this.otherName.focus();
  }

  async publish(text) {
    if (this.postId === null) return false; // the profile has not been read yet
    const username = this.customer.value || this.otherName.value.trim();
    const comment = { media_id: this.postId, username, text };
    if (this.parent !== null) comment.parent_id = this.parent.id;
    try {
      await ask('instagram/comments', comment);
    } catch (error) {
      this.failed(error);
      return false;
    }
    this.answer(null);
    this.changed();
    return true;
  }

  find(selector) {
    return this.root.querySelector(selector);
  }
}

const withoutComments = ({ comments, ...post }) => post;

/** What a thumbnail shows, and nothing else: it is redrawn only when something of it changes. */
function thumbnail({ comments, ...post }) {
  return { ...post, count: comments.reduce((sum, comment) => sum + 1 + comment.replies.length, 0) };
}

const picture = (post) => `/api/pictures/${post.id}.png`;

function drawProfile(profile) {
  return el(
    'div',
    {},
    avatar(profile.username),
    el(
      'div',
      {},
      el('strong', {}, profile.username),
      el('p', {}, profile.name),
      el('p', { class: 'quiet' }, profile.biography),
    ),
  );
}

function drawPost(post) {
  return el(
    'div',
    {},
    el('img', { src: picture(post), alt: '' }),
    el(
      'figcaption',
      {},
      el('p', { dir: 'auto' }, post.caption),
      el('p', { class: 'quiet' }, `♥ ${t('likes', { count: number(post.like_count) })} · ${clock(post.published_at)}`),
    ),
  );
}
