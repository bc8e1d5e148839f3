import { useEffect, useRef, useState, type DragEvent } from 'react';

interface Drop {
  /** Files are being held over the place. */
  readonly isOver: boolean;
  readonly events: {
    readonly onDragEnter: (event: DragEvent) => void;
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

function holdsFiles({ dataTransfer }: Pick<DragEvent, 'dataTransfer'>): boolean {
  return dataTransfer.types.includes('Files');
}

/** A file that misses its place would be opened in place of the page. */
function useNoOpening(): void {
  useEffect(() => {
    const refuse = (event: globalThis.DragEvent): void => {
      if (event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    };
    window.addEventListener('dragover', refuse);
    window.addEventListener('drop', refuse);
    return () => {
      window.removeEventListener('dragover', refuse);
      window.removeEventListener('drop', refuse);
    };
  }, []);
}

/** Takes files that are dropped; `undefined` where none are taken. */
export function useDrop(onFiles: ((files: readonly File[]) => void) | undefined): Drop {
  useNoOpening();
  // Each element that is entered or left inside of the place tells so.
  const depth = useRef(0);
  const [isOver, setOver] = useState(false);
  const moved =
    (step: number) =>
    (event: DragEvent): void => {
      if (onFiles === undefined || !holdsFiles(event)) return;
      depth.current = Math.max(0, depth.current + step);
      setOver(depth.current > 0);
    };
  return {
    isOver: isOver && onFiles !== undefined,
    events: {
      onDragEnter: moved(1),
      onDragLeave: moved(-1),
      onDragOver: (event) => {
        if (onFiles === undefined || !holdsFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      onDrop: (event) => {
        depth.current = 0;
        setOver(false);
        if (onFiles === undefined || !holdsFiles(event)) return;
        event.preventDefault();
        onFiles([...event.dataTransfer.files]);
      },
    },
  };
}
