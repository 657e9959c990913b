/**
 * Public entry `wiretape`: everything that is pure. Runs in a browser.
 */
export * from './model/index.ts';
