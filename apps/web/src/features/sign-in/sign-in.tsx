import { AgentChatError } from '@agent-chat/client';
import { useEffect, useRef, useState, type SyntheticEvent, type ReactNode } from 'react';
import { client, useSessionEnd } from '../../core/client';
import { explainError } from '../../core/explain-error';
import { explainSessionEnd } from '../../core/explain-session-end';
import { msg, t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { Logo } from '../../ui/logo';

type Mode = 'login' | 'register';

const USERNAME = /^[a-z0-9][a-z0-9._-]{1,31}$/;
const TITLES: Readonly<Record<Mode, string>> = { login: msg('Log in to Agent Chat'), register: msg('Create your Agent Chat account') };
const USERNAME_RULE = msg('Use 2 to 32 of a–z, 0–9, dot, dash or underscore.');
const MIN_PASSWORD = 8;

type FieldErrors = Readonly<Record<string, string | undefined>>;

function checked(mode: Mode, username: string, password: string): FieldErrors {
  if (mode === 'login')
    return { username: username === '' ? t('Enter your username.') : undefined, password: password === '' ? t('Enter your password.') : undefined };
  return {
    username: USERNAME.test(username.toLowerCase()) ? undefined : t(USERNAME_RULE),
    password: Array.from(password).length < MIN_PASSWORD ? t('Use at least 8 characters.') : undefined,
  };
}

function refused(thrown: unknown): FieldErrors {
  if (!(thrown instanceof AgentChatError)) return {};
  if (thrown.code === 'USERNAME_TAKEN') {
    const { title, advice } = explainError(thrown);
    return { username: `${title}. ${advice}` };
  }
  return Object.fromEntries(thrown.errors.map(({ path, message }) => [path, message]));
}

function useSignIn(mode: Mode) {
  const [values, setValues] = useState({ username: '', password: '', displayName: '' });
  const [errors, setErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const username = values.username.trim();
    const displayName = values.displayName.trim();
    const wrong = checked(mode, username, values.password);
    setErrors(wrong);
    setFailure(undefined);
    if (Object.values(wrong).some((error) => error !== undefined)) return;
    setBusy(true);
    try {
      const account = { username, password: values.password };
      if (mode === 'login') await client.login(account);
      else await client.register({ ...account, ...(displayName === '' ? {} : { displayName }) });
    } catch (error) {
      const fields = refused(error);
      setErrors(fields);
      if (Object.keys(fields).length === 0) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const set = (name: keyof typeof values) => (value: string) => setValues((before) => ({ ...before, [name]: value }));
  const clear = (): void => {
    setErrors({});
    setFailure(undefined);
  };
  return { values, set, errors, failure, isBusy, submit, clear };
}

function Failure({ error }: { readonly error: unknown }): ReactNode {
  const { title, advice } = explainError(error);
  return (
    <p className="form-error" role="alert">
      <Icon name="alert" />
      <span>
        <strong>{title}.</strong> {advice}
      </span>
    </p>
  );
}

/** Why somebody is here who didn't log out. */
function EndOfSession(): ReactNode {
  const explanation = explainSessionEnd(useSessionEnd());
  if (explanation === undefined) return null;
  return (
    <p className="form-notice" role="status">
      <Icon name="alert" />
      <span>
        <strong>{explanation.title}.</strong> {explanation.advice}
      </span>
    </p>
  );
}

function Greeting({ mode }: { readonly mode: Mode }): ReactNode {
  return (
    <>
      <Logo />
      <h1>{t(TITLES[mode])}</h1>
      <p className="muted">{mode === 'register' ? t('Pick a name and a password, and start chatting.') : t('Go on with your conversations.')}</p>
      {mode === 'login' && <EndOfSession />}
    </>
  );
}

/** Log in, or make an account. */
export function SignIn(): ReactNode {
  const [mode, setMode] = useState<Mode>('login');
  const { values, set, errors, failure, isBusy, submit, clear } = useSignIn(mode);
  const form = useRef<HTMLFormElement>(null);
  // Whoever sent it is at the button, below: what has to be mended is where they go on, and is read out there.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [errors]);
  const isNew = mode === 'register';
  const change = (): void => {
    clear();
    setMode(isNew ? 'login' : 'register');
  };
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void submit();
  };
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Greeting mode={mode} />
        <form ref={form} onSubmit={onSubmit} noValidate>
          <Field
            label={t('Username')}
            value={values.username}
            onChange={set('username')}
            error={errors['username']}
            hint={isNew ? t(USERNAME_RULE) : undefined}
            autoComplete="username"
            spellCheck="false"
            autoFocus
          />
          {isNew && (
            <Field
              label={t('Your name')}
              hint={t('As others see it. You can leave it empty.')}
              value={values.displayName}
              onChange={set('displayName')}
              error={errors['displayName']}
              autoComplete="name"
              maxLength={60}
            />
          )}
          <Field
            label={t('Password')}
            type="password"
            value={values.password}
            onChange={set('password')}
            error={errors['password']}
            hint={isNew ? t('At least 8 characters.') : undefined}
            autoComplete={isNew ? 'new-password' : 'current-password'}
          />
          {failure !== undefined && <Failure error={failure} />}
          <ActionButton type="submit" look="primary" isPending={isBusy}>
            {isNew ? t('Create account') : t('Log in')}
          </ActionButton>
        </form>
        <p className="sign-in-switch">
          {isNew ? t('Already have an account?') : t('New here?')}{' '}
          <button type="button" className="text-button" onClick={change}>
            {isNew ? t('Log in') : t('Create an account')}
          </button>
        </p>
      </div>
    </main>
  );
}
