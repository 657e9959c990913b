/** Starts the page: takes the token out of the address before anything else can see it, then mounts. */
import { mount } from 'svelte';
import App from './App.svelte';
import { takeToken } from './access.ts';
import { createApi } from './api.ts';
import './tokens.css';
import './base.css';

const token = takeToken(location, history, sessionStorage);
const target = document.querySelector('#app');
if (target) {
  const api = token === undefined ? undefined : createApi(document.baseURI, token);
  mount(App, { target, props: { api } });
}
