export * from './releases/10.1.js'
