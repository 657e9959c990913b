/** Light or dark: as the system says, until somebody chooses. `version` changes whenever colours may have. */

const KEY = 'wiretape-theme';
export type Theme = 'system' | 'light' | 'dark';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

export interface ThemeChoice {
  readonly theme: Theme;
  readonly version: number;
  next(): void;
}

export function createTheme(): ThemeChoice {
  let theme = $state<Theme>(stored());
  let version = $state(0);

  const apply = (): void => {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', theme);
    version++;
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  matchMedia('(prefers-contrast: more)').addEventListener('change', apply);
  apply();
  return {
    get theme() {
      return theme;
    },
    get version() {
      return version;
    },
    next() {
      theme = NEXT[theme];
      localStorage.setItem(KEY, theme);
      apply();
    },
  };
}

function stored(): Theme {
  const known = localStorage.getItem(KEY);
  return known === 'light' || known === 'dark' ? known : 'system';
}
