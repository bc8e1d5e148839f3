export type BenchOptions = Readonly<Record<string, string>>;

export function numberOption(options: BenchOptions, name: string, fallback: number): number {
  const value = Number(options[name] ?? fallback);
  if (Number.isNaN(value) || value < 0) throw new Error(`${name} must be a number, not ${options[name] ?? ''}`);
  return value;
}

export function isOn(options: BenchOptions, name: string, fallback: boolean): boolean {
  return (options[name] ?? String(fallback)) === 'true';
}

/** Progress of a long run: stdout is for figures. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function rounded(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
