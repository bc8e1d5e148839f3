import { AppConfig } from '@agent-chat/config';
import { Injectable } from '@nestjs/common';

/** Who has the global role `operator`. */
@Injectable()
export class Operators {
  private readonly names: ReadonlySet<string>;

  constructor(config: AppConfig) {
    this.names = new Set(config.auth.operators.map((name) => (name.includes('|') ? name : name.toLowerCase())));
  }

  /** Roles of someone who logs in with a password. */
  rolesOfUser(username: string): readonly string[] {
    return this.names.has(username) ? ['operator'] : [];
  }

  /** Roles of someone whom a trusted issuer vouches for. Never by name: they choose theirs themselves. */
  rolesOfIdentity(issuer: string, subject: string): readonly string[] {
    return this.names.has(`${issuer}|${subject}`) ? ['operator'] : [];
  }
}
