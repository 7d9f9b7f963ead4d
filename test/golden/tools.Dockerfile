FROM scratch
COPY --chmod=0755 ["uv","/uv"]
