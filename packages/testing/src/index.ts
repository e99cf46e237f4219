/** The public interface of @remctl/testing: for tests alone. */
export {};
