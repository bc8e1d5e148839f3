/** One setting that can't be used: what is wrong with it and how to put it right. */
export interface ConfigProblem {
  /** The setting's name in the environment. */
  readonly setting: string;
  /** What is wrong and its fix, for the person who starts the process. Never holds a secret's value. */
  readonly message: string;
}

/** The environment can't be used. The message lists every problem at once, so that one correction is enough. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, message }) => `  - ${setting} ${message}`);
    super(`${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} wrong:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}
