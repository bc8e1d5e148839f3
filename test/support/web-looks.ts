import { type Look } from './web-person';

export const PHONE = { width: 360, height: 740 } as const;

/** How the web client is looked at: on a desktop and on a phone, by day and by night. */
export const LOOKS: Readonly<Record<string, Look>> = {
  'desktop-light': {},
  'desktop-dark': { colorScheme: 'dark' },
  'phone-light': PHONE,
  'phone-dark': { ...PHONE, colorScheme: 'dark' },
};
