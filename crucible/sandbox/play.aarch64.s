/* Plays a tape: see tape.py. Takes the address of the first call, returns that of the one at which the tape ends.

   A call is twelve words: the function; where each of its seven arguments lies; where its result goes; which call is
   next where the lower half of that is -1, 0, or anything else. */

	.text
	bti	c
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x19, [sp, #16]
	mov	x19, x0
again:	ldr	x16, [x19]
	cbz	x16, over		/* no function: an end */
	ldp	x0, x1, [x19, #8]
	ldp	x2, x3, [x19, #24]
	ldp	x4, x5, [x19, #40]
	ldr	x6, [x19, #56]
	ldr	x0, [x0]
	ldr	x1, [x1]
	ldr	x2, [x2]
	ldr	x3, [x3]
	ldr	x4, [x4]
	ldr	x5, [x5]
	ldr	x6, [x6]
	blr	x16
	ldr	x1, [x19, #64]
	str	x0, [x1]
	mov	x1, #88
	mov	x2, #80
	cmp	w0, #0
	csel	x1, x2, x1, eq
	mov	x2, #72
	cmn	w0, #1
	csel	x1, x2, x1, eq
	ldr	x0, [x19, x1]
	cbz	x0, over		/* nothing is next: it failed, and the tape ends with it */
	mov	x19, x0
	b	again
over:	mov	x0, x19
	ldr	x19, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
