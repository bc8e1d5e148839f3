const KEY = 'agent-chat:recent-emoji';
const MOST = 18;

/** What was picked last, the newest first. */
export function recentEmoji(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((emoji) => typeof emoji === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberEmoji(emoji: string): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify([emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, MOST)));
  } catch {
    // Then none is remembered.
  }
}
