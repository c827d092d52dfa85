export * from './releases/5.1.js'
