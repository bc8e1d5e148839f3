import { z } from 'zod';

/** What the reference page says about a setting. */
export interface SettingMeta {
  readonly description: string;
  /** The default as an operator would write it; absent where there is none. */
  readonly defaultText?: string;
  readonly unit?: string;
  /** May also be given as `NAME_FILE`, and is never printed. */
  readonly secret?: boolean;
}

/** Descriptions of all settings, kept beside their schemas. */
export const settingRegistry = z.registry<SettingMeta>();

/** Thrown by a parser; the message follows the setting's name ("must be ..."). */
export class InvalidSetting extends Error {}

/** A setting to declare: what the reference page says, and how its text becomes a value. */
export interface SettingSpec<Value> extends SettingMeta {
  /** The value where the setting is absent or empty. */
  readonly fallback: Value;
  /** Turns the text into a value or throws `InvalidSetting`. */
  readonly parse: (text: string) => Value;
}

/** A zod schema from the environment's text to a value. An empty text counts as absent, as Compose files leave it. */
export function setting<Value>(spec: SettingSpec<Value>): z.ZodType<Value, string | undefined> {
  const { fallback, parse, ...meta } = spec;
  return z
    .string()
    .optional()
    .transform((text, context): Value => {
      const trimmed = text?.trim() ?? '';
      if (trimmed === '') return fallback;
      try {
        return parse(trimmed);
      } catch (error) {
        if (!(error instanceof InvalidSetting)) throw error;
        const shown = meta.secret === true ? '' : `, but is ${JSON.stringify(trimmed.slice(0, 100))}`;
        const without =
          meta.defaultText === undefined ? 'or leave it out' : `or leave it out for ${meta.defaultText.length > 100 ? 'the default' : meta.defaultText}`;
        context.addIssue({ code: 'custom', message: `${error.message}${shown}: correct it, ${without}` });
        return z.NEVER;
      }
    })
    .register(settingRegistry, meta);
}
