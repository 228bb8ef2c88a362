/* Plays a tape: see tape.py. Takes the address of the first call, returns that of the one at which the tape ends.

   A call is twelve words: the function; where each of its seven arguments lies; where its result goes; which call is
   next where the lower half of that is -1, 0, or anything else. */

	.text
	endbr64
	push	%rbx
	mov	%rdi, %rbx
again:	mov	(%rbx), %r11
	test	%r11, %r11
	jz	over			/* no function: an end */
	mov	8(%rbx), %rax
	mov	(%rax), %rdi
	mov	16(%rbx), %rax
	mov	(%rax), %rsi
	mov	24(%rbx), %rax
	mov	(%rax), %rdx
	mov	32(%rbx), %rax
	mov	(%rax), %rcx
	mov	40(%rbx), %rax
	mov	(%rax), %r8
	mov	48(%rbx), %rax
	mov	(%rax), %r9
	mov	56(%rbx), %rax
	push	%rax			/* keeps the stack at a multiple of sixteen */
	pushq	(%rax)
	xor	%eax, %eax		/* a variadic function is given no floating-point numbers */
	call	*%r11
	add	$16, %rsp
	mov	64(%rbx), %rcx
	mov	%rax, (%rcx)
	mov	$88, %ecx
	test	%eax, %eax
	jz	zero
	cmp	$-1, %eax
	jne	next
	mov	$72, %ecx
	jmp	next
zero:	mov	$80, %ecx
next:	mov	(%rbx,%rcx), %rax
	test	%rax, %rax
	jz	over			/* nothing is next: it failed, and the tape ends with it */
	mov	%rax, %rbx
	jmp	again
over:	mov	%rbx, %rax
	pop	%rbx
	ret
