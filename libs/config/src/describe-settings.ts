import { AREAS } from './areas';
import { settingRegistry } from './setting';

/** One line of the reference page. */
export interface SettingRow {
  readonly area: string;
  readonly name: string;
  readonly description: string;
  /** As an operator would write it. */
  readonly default: string;
  /** Empty where the value has none. */
  readonly unit: string;
  /** May also be given as `NAME_FILE`. */
  readonly secret: boolean;
}

/** Every setting in the order of the reference page. */
export function describeSettings(): SettingRow[] {
  return Object.entries(AREAS).flatMap(([area, schema]) =>
    Object.entries(schema.shape).map(([name, field]) => {
      const meta = settingRegistry.get(field);
      if (meta === undefined) throw new Error(`The setting ${name} has no description.`);
      const { description, defaultText = '', unit = '', secret = false } = meta;
      return { area, name, description, default: defaultText, unit, secret };
    }),
  );
}
