import { AST_NODE_TYPES, ESLintUtils, type TSESLint, type TSESTree } from '@typescript-eslint/utils'
import type { Expression, Type } from 'typescript'

type Rule = TSESLint.RuleModule<'floating' | 'callback' | 'addYield'>

/**
 * A kernel call does nothing until it is driven. `sleep(1)` as a statement makes the call's iterator, drops it, and the
 * thread walks on as if it had slept. The compiler accepts that, because any expression may stand as a statement.
 */
export const noFloatingIterator: Rule = {
  meta: {
    type: 'problem',
    docs: { description: 'Require `yield*` before a call that returns an iterator' },
    hasSuggestions: true,
    schema: [],
    defaultOptions: [],
    messages: {
      floating: '`{{code}}` makes an iterator and drops it, so nothing happens. Write `yield*` before it.',
      callback: 'The caller of this function drops the iterator that it returns. Use a loop with `yield*`.',
      addYield: 'Write `yield*` before it.',
    },
  },

  create(context) {
    const services = ESLintUtils.getParserServices(context)
    const checker = services.program.getTypeChecker()

    function isIterator(type: Type): boolean {
      if (type.isUnion()) return type.types.some(isIterator)
      const properties = checker.getPropertiesOfType(checker.getApparentType(type))
      return (
        properties.some(({ name }) => name === 'next') &&
        // The compiler's own spelling of [Symbol.iterator] is `__@iterator@<number>`.
        properties.some(({ escapedName }) => (escapedName as string).startsWith('__@iterator@'))
      )
    }

    /** Looks through what hands a value on, down to the expressions whose value the statement drops. */
    function checkDropped(node: TSESTree.Expression): void {
      switch (node.type) {
        case AST_NODE_TYPES.AssignmentExpression:
          return
        case AST_NODE_TYPES.LogicalExpression:
          checkDropped(node.left)
          checkDropped(node.right)
          return
        case AST_NODE_TYPES.ConditionalExpression:
          checkDropped(node.consequent)
          checkDropped(node.alternate)
          return
        case AST_NODE_TYPES.SequenceExpression:
          node.expressions.forEach(checkDropped)
          return
        case AST_NODE_TYPES.UnaryExpression:
          checkDropped(node.argument)
          return
        case AST_NODE_TYPES.ChainExpression:
        case AST_NODE_TYPES.TSAsExpression:
        case AST_NODE_TYPES.TSNonNullExpression:
        case AST_NODE_TYPES.TSSatisfiesExpression:
        case AST_NODE_TYPES.TSTypeAssertion:
          checkDropped(node.expression)
          return
      }
      if (!isIterator(services.getTypeAtLocation(node))) return
      context.report({
        node,
        messageId: 'floating',
        data: { code: context.sourceCode.getText(node) },
        suggest:
          node.parent.type === AST_NODE_TYPES.ExpressionStatement && isInGenerator(node)
            ? [{ messageId: 'addYield', fix: (fixer) => fixer.insertTextBefore(node, 'yield* ') }]
            : [],
      })
    }

    /** A function that returns an iterator fits where one that returns nothing is wanted, as in `forEach`. */
    function checkCallback(node: TSESTree.Expression): void {
      const wanted = checker.getContextualType(services.esTreeNodeToTSNodeMap.get(node) as Expression)
      const returns = (type: Type): Type[] => type.getCallSignatures().map((signature) => signature.getReturnType())
      const results = wanted === undefined ? [] : returns(checker.getNonNullableType(wanted))
      if (results.length === 0 || results.some((result) => result !== checker.getVoidType())) return
      if (returns(services.getTypeAtLocation(node)).some(isIterator)) context.report({ node, messageId: 'callback' })
    }

    return {
      ExpressionStatement: (node) => {
        checkDropped(node.expression)
      },
      ':matches(CallExpression, NewExpression) > .arguments': checkCallback,
      ':not(CallExpression, NewExpression) > ArrowFunctionExpression': checkCallback,
    }
  },
}

function isInGenerator(node: TSESTree.Node): boolean {
  let at = node
  while (at.type !== AST_NODE_TYPES.Program && !('generator' in at)) at = at.parent
  return 'generator' in at && at.generator
}
