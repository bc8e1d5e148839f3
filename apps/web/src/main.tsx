import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyStoredLanguage } from './core/language';
import { pruneKept } from './core/offline-storage';
import { startServiceWorker } from './core/service-worker';
import { joinTabs } from './core/tabs';
import { applyStoredTheme } from './core/theme';
import { watchUpgrades } from './core/upgrade';
import { App } from './features/shell/app';
import { ErrorBoundary } from './ui/error-boundary';
import { Speaking } from './ui/speaking';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/marks.css';
import './styles/states.css';
import './styles/overlays.css';
import './features/sign-in/sign-in.css';

applyStoredTheme();
watchUpgrades();
joinTabs();
startServiceWorker();
void pruneKept();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element');
const page = createRoot(root);
void applyStoredLanguage().then(() =>
  page.render(
    <StrictMode>
      <ErrorBoundary>
        <Speaking>
          <App />
        </Speaking>
      </ErrorBoundary>
    </StrictMode>,
  ),
);
