import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `base: './'` lets the page be served from any path and, later, be opened from a file.
// Nothing is inlined and nothing polyfilled, since the page's Content-Security-Policy allows neither.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    // The tokens use light-dark(), which an older target would rewrite into something canvas cannot read.
    target: 'es2022',
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
