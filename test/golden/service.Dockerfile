FROM deps
USER 10001:10001
EXPOSE 8000
CMD ["python","-m","morgan_core"]
COPY [".","/app"]
