import { type Place } from '@agent-chat/load';
import { type Injection } from '../command-line';

/** Spoils one of the things that come by, once: what a broken system would do. */
export class Spoiler {
  private countdown = 3;
  private held: Place | undefined;

  constructor(private readonly kind: Injection | undefined) {}

  /** What the tally gets to see instead. */
  pass(place: Place): readonly Place[] {
    if (this.kind === undefined) return [place];
    if (this.held !== undefined) {
      const swapped = [place, this.held];
      this.held = undefined;
      return swapped;
    }
    if (this.countdown < 0 || --this.countdown >= 0) return [place];
    switch (this.kind) {
      case 'loss':
        return [];
      case 'duplicate':
        return [place, place];
      case 'swap':
        this.held = place;
        return [];
    }
  }
}
