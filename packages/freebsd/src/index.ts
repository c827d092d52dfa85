export * from './releases/8.0.js'
