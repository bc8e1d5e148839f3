import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyStoredTheme } from './core/theme';
import { App } from './features/shell/app';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/overlays.css';
import './features/sign-in/sign-in.css';
import './features/shell/shell.css';
import './features/room-list/room-list.css';
import './features/room/room.css';
import './features/timeline/timeline.css';
import './features/timeline/message.css';
import './features/composer/composer.css';
import './features/shell/panels.css';

applyStoredTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
