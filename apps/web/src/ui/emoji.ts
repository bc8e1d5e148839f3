import { msg } from '../core/translate';

/** The emoji that can be picked, with words for those who listen or search. */
export const EMOJI: readonly { readonly emoji: string; readonly label: string }[] = [
  { emoji: '👍', label: msg('Thumbs up') },
  { emoji: '❤️', label: msg('Heart') },
  { emoji: '😂', label: msg('Tears of joy') },
  { emoji: '🎉', label: msg('Party') },
  { emoji: '👀', label: msg('Eyes') },
  { emoji: '✅', label: msg('Done') },
  { emoji: '🙏', label: msg('Thank you') },
  { emoji: '🚀', label: msg('Rocket') },
  { emoji: '🔥', label: msg('Fire') },
  { emoji: '👏', label: msg('Clap') },
  { emoji: '🤔', label: msg('Thinking') },
  { emoji: '😮', label: msg('Surprised') },
  { emoji: '😢', label: msg('Sad') },
  { emoji: '😡', label: msg('Angry') },
  { emoji: '😄', label: msg('Smile') },
  { emoji: '😎', label: msg('Cool') },
  { emoji: '🥳', label: msg('Celebrating') },
  { emoji: '💡', label: msg('Idea') },
  { emoji: '💯', label: msg('Hundred') },
  { emoji: '👎', label: msg('Thumbs down') },
  { emoji: '👋', label: msg('Wave') },
  { emoji: '☕', label: msg('Coffee') },
  { emoji: '🐛', label: msg('Bug') },
  { emoji: '❓', label: msg('Question') },
];
