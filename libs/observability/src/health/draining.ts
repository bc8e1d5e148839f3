import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/** Does something when the process starts to leave; what it rejects with is logged and stops nobody else. */
export type DrainListener = () => void | Promise<void>;

/** Whether the process is on its way out. From the first moment on it is not ready, so that no new caller is sent here. */
@Injectable()
export class Draining implements OnModuleDestroy {
  private readonly logger = new Logger(Draining.name);
  private readonly listeners: DrainListener[] = [];
  private run: Promise<void> | undefined;

  get isDraining(): boolean {
    return this.run !== undefined;
  }

  /** Calls the listener when draining starts; at once if it has. */
  onStart(listener: DrainListener): void {
    if (this.isDraining) void this.call(listener);
    else this.listeners.push(listener);
  }

  /** Starts to drain and resolves when every listener is done. Safe to call twice. */
  async start(): Promise<void> {
    this.run ??= Promise.resolve().then(async () => {
      await Promise.all(this.listeners.map((listener) => this.call(listener)));
    });
    await this.run;
  }

  /** A process that is closed without notice drains too. */
  async onModuleDestroy(): Promise<void> {
    await this.start();
  }

  private async call(listener: DrainListener): Promise<void> {
    try {
      await listener();
    } catch (error) {
      this.logger.error({ err: error }, 'A listener failed while draining');
    }
  }
}
